import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';

/** A prediction of the true class. */
const at = (p: number) => (lab: Lab) =>
	lab.compareLosses({ target: 1, given: 'p', at: p, along: 'z', unit: 'nats' });

export const items: readonly Item[] = [
	{
		id: 'mse-slow',
		tests: ['squared', 'debug'],
		section: 'derive',
		figures: {
			slope: (lab) => at(0.05)(lab).squaredError.text.slopeP,
			left: (lab) => at(0.05)(lab).squaredError.text.slopeZ,
		},
		question:
			'At p = 0.05 squared error has a slope of {slope} along p, and cannot have more than 2. Why does a neuron learn slowly there all the same?',
		answers: [
			{
				text: 'A slope of 2 is little; cross-entropy has no bound',
				reply:
					'Along p that is so. But a bound of 2 is no handicap in itself: a larger learning rate would make up for it. What cannot be made up for is that the slope along z goes to 0.',
			},
			{
				text: 'Training moves the logit, and the sigmoid between it and p is flat there',
				right: true,
				reply:
					'The slope along z is that along p times p(1 − p), the slope of the sigmoid. What is left is {left}, and the surer the mistake, the less.',
			},
			{
				text: 'The loss is nearly at its lowest there',
				reply: 'It is nearly at its highest. A plateau is flat, too.',
			},
		],
	},
	{
		id: 'mse-rate',
		tests: ['squared'],
		section: 'explore',
		figures: { half: (lab) => at(0.5)(lab).text.ratio, sure: (lab) => at(0.001)(lab).text.ratio },
		question: 'Would a larger learning rate make squared error as quick as cross-entropy?',
		answers: [
			{
				text: 'Yes: the ratio of the slopes is a constant that the rate can absorb',
				reply:
					'It is no constant: {half} at p = ½, {sure} at p = 0.001. One rate for all examples cannot be right for both.',
			},
			{
				text: 'For one example at one moment; not for a batch with half-hearted and sure mistakes in it',
				right: true,
				reply:
					'The ratio is 1/(2p(1 − p)): {half} at p = ½, {sure} at p = 0.001. A rate that frees the sure mistakes is hundreds of times too large for the others.',
			},
			{
				text: 'No: a plateau has no slope at all, so no rate helps',
				reply:
					'It has a slope, only a small one. In the race at a rate of 100 squared error does get away, sooner or later.',
			},
		],
	},
	{
		id: 'mse-judge',
		tests: ['choose'],
		section: 'meaning',
		question: 'You want to judge forecasts of rain that someone else made. Is squared error a mistake?',
		answers: [
			{
				text: 'Yes: it is made for numbers, not for probabilities',
				reply:
					'On probabilities it is the Brier score, which weather services have used since 1950. It is lowest in expectation at the true probability, as cross-entropy is.',
			},
			{
				text: 'Yes: it vanishes for confident mistakes',
				reply: 'Its slope along the logit does. The score itself is at its highest there.',
			},
			{
				text: 'No: it is a proper score. What it lacks matters for training, not for judging',
				right: true,
				reply:
					'Nothing is differentiated when one judges. That it is bounded may even be welcome: one forecast of 0 for what happened does not make the mean infinite.',
			},
		],
	},
];
