import type { Item } from '../../../items/item';

export const items: readonly Item[] = [
	{
		id: 'code-one-hot',
		tests: ['information', 'implement'],
		section: 'one-hot',
		question: 'Why does the cross-entropy of a one-hot label contain only one logarithm?',
		answers: [
			{
				text: 'The other probabilities of the model are 0.',
				reply:
					'They need not be. The explorer begins with four probabilities above 0, and one of them in the loss.',
			},
			{
				text: 'Each logarithm is weighted by the true probability, and that is 0 for the others.',
				reply: 'The weights are p, not q. That is why a soft label brings the other logarithms back.',
				right: true,
			},
			{
				text: 'The logarithms of the wrong classes cancel each other.',
				reply: 'They are all of one sign, so they could not. They are multiplied by 0.',
			},
		],
	},
	{
		id: 'code-wrong-logit',
		tests: ['debug'],
		section: 'every-logit',
		question: 'The true class keeps its logit, and the logit of a wrong class rises. What does the loss do?',
		answers: [
			{
				text: 'It stays: the loss contains only the true class.',
				reply:
					'Its probability is in the loss, and that falls: the softmax shares one unit of belief among all.',
			},
			{
				text: 'It rises, at a rate that is the wrong class’s probability.',
				reply:
					'The slope is q − p, and p is 0 there. A rival with little belief hardly matters; a strong one does.',
				right: true,
			},
			{
				text: 'It falls, because the model has become more certain.',
				reply: 'More certain of what is wrong. Try it with the example “Sure and wrong”.',
			},
		],
	},
	{
		id: 'code-soft-minimum',
		tests: ['divergence', 'distillation'],
		section: 'one-hot',
		question: 'With a soft label, why is the loss of a perfect model not 0?',
		answers: [
			{
				text: 'Softmax never reaches the probabilities exactly.',
				reply: 'It does: any probabilities above 0 are the softmax of their logarithms.',
			},
			{
				text: 'The label itself is uncertain, and the best code for it still needs its entropy.',
				reply:
					'With q = p the loss is the entropy of p. What a model can lose is only what lies above it: the divergence.',
				right: true,
			},
			{
				text: 'Soft labels are wrong by construction.',
				reply: 'They may be exactly right, as when annotators disagree. Their uncertainty is what remains.',
			},
		],
	},
];
