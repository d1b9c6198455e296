import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';

/** The state of the page's exercise. */
const coin = (lab: Lab) => lab.kl({ p: [0.5, 0.5], q: [0.25, 0.75], unit: 'bits' });

export const items: readonly Item[] = [
	{
		id: 'kl-floor',
		tests: ['divergence', 'debug'],
		section: 'question',
		question:
			'Your validation loss has been flat for days. Why can you not conclude that the model is far from perfect?',
		answers: [
			{
				text: 'Because the flat value may be the entropy of the labels, which no model can go below',
				right: true,
				reply:
					'The loss is H(p) + D(p‖q). Without an estimate of H(p), say from several annotators, its height says nothing about D.',
			},
			{
				text: 'Because a flat loss means that the divergence is zero',
				reply:
					'It means that the divergence no longer changes. A model without the means to get closer also stays flat.',
			},
			{
				text: 'Because cross-entropy is not a distance',
				reply:
					'True, but not the reason: the loss would have a floor above zero even if the divergence were a distance.',
			},
		],
	},
	{
		id: 'kl-gradient',
		tests: ['divergence'],
		section: 'derive',
		question:
			'You replace the cross-entropy loss by D(p‖q), with fixed soft targets p. What changes in training?',
		answers: [
			{
				text: 'The loss that is shown, but no gradient and no step',
				right: true,
				reply: 'The two differ by H(p), which does not depend on the model. Its derivative is zero.',
			},
			{
				text: 'The steps become smaller, because the loss is smaller',
				reply: 'Steps follow the slope, not the height. Taking a constant away leaves every slope as it was.',
			},
			{
				text: 'The model is now pushed towards zero entropy',
				reply: 'Towards q = p, as before. The entropy of q then becomes that of p, not zero.',
			},
		],
	},
	{
		id: 'kl-direction',
		tests: ['elbo', 'divergence'],
		section: 'directions',
		figures: { kl: (lab) => coin(lab).text.kl, reverse: (lab) => coin(lab).text.reverseKL },
		question:
			'In the exercise D(p‖q) is {kl} bits and D(q‖p) {reverse} bits. Which change of the model makes the first one infinite?',
		answers: [
			{
				text: 'Giving heads no probability at all',
				right: true,
				reply: 'Heads happens half of the time, and an event the model excludes costs infinitely much.',
			},
			{
				text: 'Being nearly certain of tails',
				reply:
					'Nearly certain is finite: the cost of heads grows only with the logarithm of its probability. {kl} bits become many, never infinitely many.',
			},
			{
				text: 'Adding a third outcome that never happens',
				reply:
					'That makes D(q‖p) infinite. D(p‖q) averages over what does happen and only loses the share that was given away.',
			},
		],
	},
];
