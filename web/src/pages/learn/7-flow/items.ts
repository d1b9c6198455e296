import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';
import { edgeOf, first, netOf } from './state';

/** The decades that the gradient loses at each layer, in the state that the page opens in. */
const slope = (lab: Lab) =>
	lab.flow({ net: netOf(first), race: false, steps: 0, edge: edgeOf(first), unit: 'nats' }).runs[0]!.text
		.slope;

export const items: readonly Item[] = [
	{
		id: 'flow-loss',
		tests: ['squared', 'debug'],
		section: 'repair',
		figures: { slope },
		question:
			'A colleague’s network of eight sigmoid layers does not train. He wants to replace squared error by cross-entropy. What do you expect?',
		answers: [
			{
				text: 'The output layer may learn faster; the first layers still get next to nothing',
				right: true,
				reply:
					'Cross-entropy removes the slope of the output from the product, no other factor. Here {slope} decades are lost at each layer with either loss. Change the activation, the initialisation or the architecture.',
			},
			{
				text: 'The whole network learns: cross-entropy does not saturate',
				reply:
					'It does not saturate in the output layer. The slopes of the hidden layers are factors of the same product, and the loss does not appear in them.',
			},
			{
				text: 'Nothing changes: the gradient of a sigmoid is at most ¼ in either case',
				reply:
					'The output’s own slope does drop out of the product. When the outputs are sure and wrong, that can be a factor of thousands, for all layers alike.',
			},
		],
	},
	{
		id: 'flow-dead',
		tests: ['debug'],
		section: 'failures',
		question:
			'Every unit of a ReLU layer is 0 for every example. Why does a smaller learning rate not bring it back?',
		answers: [
			{
				text: 'Because its gradient is exactly 0: any rate times 0 is 0',
				right: true,
				reply:
					'The slope at a negative input is 0, so nothing reaches the weights of that layer or of those before it. A smaller rate would have kept it from dying; it cannot raise it.',
			},
			{
				text: 'Because the loss is at its lowest point',
				reply:
					'The gradient is 0, but not because nothing could be gained. The dead layer hides from descent which way is down.',
			},
			{
				text: 'It does, only slowly',
				reply: 'Slowly would need a gradient that is small. This one is zero, in every step to come.',
			},
		],
	},
	{
		id: 'flow-nan',
		tests: ['debug', 'stability'],
		section: 'failures',
		question: 'A loss has become “not a number” at step 6. Where do you look first?',
		answers: [
			{
				text: 'At the weights and gradients of the steps before: they grew until a product left the number range',
				right: true,
				reply:
					'The loss is the last to know. In the preset the weights had grown for several steps before: the norm of the gradient, watched per layer, says so early.',
			},
			{
				text: 'At the loss function: it must have taken the logarithm of 0',
				reply:
					'That is what naive code does. A loss that takes logits, as all do here, never sees that zero; infinite logits are another matter, and they come from the weights.',
			},
			{
				text: 'At the learning rate schedule, to make the steps after it smaller',
				reply: 'No step comes back from there: any number times “not a number” is not a number.',
			},
		],
	},
];
