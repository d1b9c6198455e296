import type { Item } from '../../../items/item';

export const items: readonly Item[] = [
	{
		id: 'apply-perplexity',
		tests: ['language'],
		section: 'language',
		question: 'A model gives two tokens the probabilities 1/2 and 1/8. Why is its perplexity 4, and not 5?',
		answers: [
			{
				text: 'Because costs are averaged, and costs are logarithms: the mean of 2 and 8 is geometric',
				right: true,
				reply:
					'The mean of 1 bit and 3 bits is 2 bits, and 2² is 4. The arithmetic mean of 2 and 8 would be 5.',
			},
			{
				text: 'Because perplexity counts only the likelier token',
				reply: 'Every token counts alike in the loss, and so in its exponential.',
			},
			{
				text: 'Because a rare token is weighted by its probability',
				reply:
					'The average is over the tokens that came, each with weight one. A rare token costs more; it does not weigh less.',
			},
		],
	},
	{
		id: 'apply-temperature',
		tests: ['choose', 'debug'],
		section: 'images',
		question:
			'After temperature scaling a network’s loss has fallen and its accuracy has not moved. What has it learnt?',
		answers: [
			{
				text: 'Nothing about images: only how sure to be',
				right: true,
				reply:
					'One number cannot tell images apart. It rescales all logits alike, so that confidence agrees with accuracy.',
			},
			{
				text: 'To recognise the images on which it was wrong',
				reply:
					'Then the accuracy would have moved. Dividing by a temperature leaves the order of the logits as it was.',
			},
			{
				text: 'The labels of the rows it was fitted on',
				reply: 'One parameter for thousands of rows has no room for labels. And it is judged on other rows.',
			},
		],
	},
	{
		id: 'apply-elbo',
		tests: ['elbo'],
		section: 'derive',
		question: 'Raising the ELBO can mean two things. Which, for a fixed observation x?',
		answers: [
			{
				text: 'The model holds x more likely, or q has come closer to the true posterior',
				right: true,
				reply:
					'ELBO = log p(x) − D(q‖p(z|x)). The first is about the model, the second about the approximation; the bound alone does not tell them apart.',
			},
			{
				text: 'The reconstruction is better, or the prior is broader',
				reply:
					'The prior is fixed here. And a better reconstruction is bought with divergence from it: the bound is their difference.',
			},
			{
				text: 'The gap has grown, or the evidence has',
				reply: 'A growing gap lowers the bound. It is what the bound lacks to the evidence.',
			},
		],
	},
];
