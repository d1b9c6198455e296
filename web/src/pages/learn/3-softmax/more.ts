import type { Item } from '../../../items/item';

export const more: readonly Item[] = [
	{
		id: 'softmax-which-temperature',
		kind: 'numeric',
		tests: ['distillation', 'language'],
		section: 'temperature',
		question:
			'Two classes have logits 2 and 0, so at T = 1 the first is e² times as likely as the second. At which temperature is it e times as likely?',
		answer: (lab) => {
			const [first, second] = lab.crossEntropy({ logits: [2, 0], label: 0, unit: 'nats' }).surprisal;
			return (second! - first!) / 1; // the gap at T = 1 over the one that is wanted
		},
		digits: 2,
		reply: 'The temperature divides the gap of the logits: 2 becomes 1, and the odds are e to the gap.',
		misses: [
			{ value: () => 0.5, reply: 'That doubles the gap: a low temperature sharpens.' },
			{
				value: () => Math.SQRT2,
				reply: 'The odds go with e to the power of the gap over T, not with a root of T.',
			},
			{ value: () => 1, reply: 'At T = 1 the odds are e to the gap of the logits as they are.' },
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
