import type { Item } from '../../../items/item';

export const more: readonly Item[] = [
	{
		id: 'softmax-set-temperature',
		kind: 'state',
		tests: ['distillation', 'language'],
		section: 'temperature',
		question:
			'Two classes with logits 2 and 0: at T = 1 the first is e² times as likely as the second. Set the temperature so that it is e times as likely.',
		scene: {
			call: 'softmax',
			params: { logits: [2, 0], label: 0, temperature: 1, unit: 'nats' },
			moves: 'temperature',
			as: 'sliders',
			legend: 'Temperature',
			names: ['T'],
			min: 0.1,
			max: 5,
			step: 0.1,
			reads: { at: 'probs.0', name: 'The probability of the first class', unit: '' },
			goal: { from: 0.7306, to: 0.7316 },
		},
		solution: [2],
		reply: 'The temperature divides the gap of the logits: 2 becomes 1, and the odds are e to the gap.',
		misses: [
			{
				from: 0.9,
				to: 1,
				reply: 'A temperature below 1 widens the gap. The odds should fall.',
			},
			{
				from: 0.5,
				to: 0.72,
				reply: 'Too hot: the odds are nearer to 1 : 1 than they should be. Halve the gap, not the odds.',
			},
		],
		hint: 'The odds of two classes are e to the power of (z₁ − z₂)/T.',
	},
	{
		id: 'softmax-hot-soft-labels',
		tests: ['distillation'],
		section: 'distil',
		question:
			'A student learns from a teacher’s probabilities at T = 4 instead of from labels. What do they tell it that the label does not?',
		answers: [
			{
				text: 'How alike the teacher finds the wrong classes to the right one',
				right: true,
				reply:
					'A cat that could be a fox but never a bus: the ratios among the small probabilities, which T lifts into sight.',
			},
			{
				text: 'Nothing: the label is the truth and the teacher only a guess at it',
				reply:
					'The label names the class and keeps silent about the others. A good guess at the whole distribution says more with every picture.',
			},
			{
				text: 'How sure it should be, which is less at T = 4',
				reply:
					'The student has the same T while it learns and T = 1 afterwards. It is the ratios that stay with it.',
			},
		],
	},
];
