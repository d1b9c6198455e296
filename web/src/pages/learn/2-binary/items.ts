import type { Item } from '../../../items/item';

export const items: readonly Item[] = [
	{
		id: 'binary-infinite',
		tests: ['stability', 'debug'],
		section: 'stable',
		question:
			'Once in a while the training loss is inf, always on a row that is sure and wrong. The code applies a sigmoid, then takes logarithms. Which change mends it?',
		answers: [
			{
				text: 'Clip p to stay a little away from 0 and 1',
				reply:
					'The inf is gone, and so is the slope: beyond the clip the loss is flat, and the rows that are most wrong teach nothing.',
			},
			{
				text: 'Compute the loss from the logit, as the framework’s “with logits” function does',
				right: true,
				reply:
					'Sure and wrong, the loss is as good as the logit itself: it needs no exponential to be known. Only the detour through p loses it.',
			},
			{
				text: 'A smaller learning rate, so that logits stay small',
				reply:
					'A network that is trained well has large logits where it is right to be sure. In float32 the detour fails from a logit of 17.',
			},
		],
	},
	{
		id: 'binary-slope',
		tests: ['information'],
		section: 'derive',
		question: 'The label is 1. How does the slope of the loss in the logit change as z goes from −6 to 6?',
		answers: [
			{
				text: 'From nearly −1 to nearly 0, along the sigmoid',
				right: true,
				reply:
					'It is p − 1, and p is nearly 0 on the left and nearly 1 on the right. The slope is the sigmoid, moved down by the label.',
			},
			{
				text: 'From very large to nearly 0: the loss has no bound',
				reply:
					'The loss has none, its slope along z has: it tends to a straight line. The slope along p has no bound.',
			},
			{
				text: 'From nearly 0 through a peak to nearly 0, as the slope of the sigmoid does',
				reply: 'That is how squared error behaves. Cross-entropy cancels the slope of the sigmoid.',
			},
		],
	},
	{
		id: 'binary-weight',
		tests: ['choose'],
		section: 'insights',
		question:
			'Positives are rare, so you give them a weight of 10, and the recall improves. What must you not do with the predicted probabilities now?',
		answers: [
			{
				text: 'Rank rows by them',
				reply: 'The order is as good as before: the weight moves all of them in the same direction.',
			},
			{
				text: 'Compare them with a threshold',
				reply:
					'You can; it is another threshold than before. A weight of 10 and a threshold are two ways to say the same.',
			},
			{
				text: 'Take them for probabilities',
				right: true,
				reply:
					'The loss is now lowest where the odds are ten times the true ones. They are calibrated for a world with ten times as many positives.',
			},
		],
	},
];
