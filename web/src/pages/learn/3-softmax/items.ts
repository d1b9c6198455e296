import type { Item } from '../../../items/item';

export const items: readonly Item[] = [
	{
		id: 'softmax-unseen-shift',
		tests: ['stability'],
		section: 'shift',
		question:
			'A colleague adds the same constant to all logits of a network. Why can neither the loss nor a gradient tell?',
		answers: [
			{
				text: 'Because training soon learns to subtract it again.',
				reply: 'There is nothing to learn: no gradient points that way. The slopes of a row sum to 0.',
			},
			{
				text: 'Because the constant becomes a factor above and below the line, and cancels.',
				reply: 'e to the sum is a product. The same freedom lets every implementation subtract the maximum.',
				right: true,
			},
			{
				text: 'Because a constant is small compared with the logits.',
				reply: 'It may be ten thousand. What cancels need not be small, except where rounding comes in.',
			},
		],
	},
	{
		id: 'softmax-hot-training',
		tests: ['debug', 'distillation'],
		section: 'slopes',
		question: 'You train at T = 10 instead of 1, all else equal, and it crawls. What is the first reason?',
		answers: [
			{
				text: 'The softmax is flatter, so the classes can no longer be told apart.',
				reply:
					'They can: the network may simply make its logits ten times as large. It has to get there first.',
			},
			{
				text: 'The cross-entropy is larger at a high temperature.',
				reply: 'Its height does not matter to a step, and at T = 10 a wrong prediction even costs less.',
			},
			{
				text: 'Every slope is divided by T, so each step is a tenth as long.',
				reply:
					'(p − y)/T: the forgotten factor. A learning rate times T restores the logits’ speed in part, and for soft targets T² is the usual remedy.',
				right: true,
			},
		],
	},
	{
		id: 'softmax-cold-tie',
		tests: ['language'],
		section: 'temperature',
		question: 'At which temperature does a model with two equal largest logits always give the same answer?',
		answers: [
			{
				text: 'At any T low enough.',
				reply: 'Their odds are e to 0 over T, and that is 1 for every T. See the example “A tie”.',
			},
			{
				text: 'At none: their odds are 1 at every T.',
				reply: 'Only a rule outside the softmax, such as “take the first”, decides between equals.',
				right: true,
			},
			{
				text: 'At T = 1, as it was trained.',
				reply: 'There is nothing special about 1 here: equal logits have equal probabilities at every T.',
			},
		],
	},
];
