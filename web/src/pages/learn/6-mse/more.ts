import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';

/** A neuron that gives its true class probability p. */
const at = (p: number) => (lab: Lab) =>
	lab.compareLosses({ target: 1, given: 'p', at: p, along: 'z', unit: 'nats' });

export const more: readonly Item[] = [
	{
		id: 'mse-ratio',
		kind: 'numeric',
		tests: ['squared'],
		section: 'derive',
		question:
			'The label is 1 and the neuron says p = 0.01. How many times as steep as squared error is cross-entropy along the logit?',
		answer: (lab) => at(0.01)(lab).ratio,
		digits: 3,
		reply: 'The ratio of the slopes is 1/(2·p·(1 − p)), here {answer}.',
		misses: [
			{
				value: (lab) => 2 * at(0.01)(lab).ratio,
				reply: 'The 2 that differentiating a square brings is missing.',
			},
			{
				value: (lab) => Math.abs(at(0.01)(lab).crossEntropy.slopeP),
				reply: 'That is the slope of cross-entropy along p.',
			},
		],
		hint: 'The slopes are p − y and 2(p − y)p(1 − p). Divide one by the other.',
	},
];
