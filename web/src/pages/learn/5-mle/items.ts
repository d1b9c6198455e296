import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';

/** Tosses of a fair coin, judged by the model of one. */
const tosses = (lab: Lab, rolls: number) =>
	lab.likelihood({ truth: [0.5, 0.5], model: [0.5, 0.5], rolls, seed: 1, unit: 'nats' });

export const items: readonly Item[] = [
	{
		id: 'mle-same-optimum',
		tests: ['likelihood'],
		section: 'derive',
		question: 'Why have the likelihood and the cross-entropy their optimum at the same model, for any data?',
		answers: [
			{
				text: 'Because one is a strictly falling function of the other',
				right: true,
				reply: 'H = −(1/N) log L. A logarithm keeps the order of models, a minus sign turns it round.',
			},
			{
				text: 'Because with many data both curves become parabolas',
				reply: 'Near the optimum they do, but the places agree for one roll as well as for a million.',
			},
			{
				text: 'Because both are 0 there',
				reply:
					'Neither is. The lowest cross-entropy is the entropy of the data, and the greatest likelihood is usually tiny.',
			},
		],
	},
	{
		id: 'mle-underflow',
		tests: ['likelihood', 'stability'],
		section: 'underflow',
		figures: {
			product: (lab) => tosses(lab, 1100).text.product,
			sum: (lab) => tosses(lab, 1100).text.logLikelihood,
		},
		question:
			'A program multiplies the probabilities of 1,100 fair tosses and gets {product}. What would training on that product do?',
		answers: [
			{
				text: 'It would work, only with a very small learning rate',
				reply: 'The slope is not small, it is 0. No learning rate turns 0 into a step.',
			},
			{
				text: 'It would prefer the models that make the product largest',
				reply: 'All near models have the same product, {product}. There is no largest.',
			},
			{
				text: 'Nothing: value and slope are 0 for every model nearby',
				right: true,
				reply:
					'The numbers are gone before any model can be compared. Their logarithm, {sum} nats, is an ordinary number with an ordinary slope.',
			},
		],
	},
	{
		id: 'mle-few-data',
		tests: ['likelihood'],
		section: 'promises',
		question:
			'Three tosses came up heads. Maximum likelihood says that tails has probability 0. What is wrong?',
		answers: [
			{
				text: 'The computation: a probability of 0 has no logarithm',
				reply: 'Tails never came, so its logarithm is not in the sum. The computation is right.',
			},
			{
				text: 'Nothing in the method; it was told nothing but three heads',
				right: true,
				reply:
					'Under no other coin were these data as likely. Whoever knows that coins have two sides must say so: by a prior, by counts added beforehand, by smoothing.',
			},
			{
				text: 'The method: it always gives too much to the commonest class',
				reply: 'It gives each class its share of the data. That is right on average, and rough for few data.',
			},
		],
	},
];
