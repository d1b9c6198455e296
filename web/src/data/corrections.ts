import type { CompareLossesView, Lab } from '../core/load';
import { typeset } from '../lib/format';

/** Something that is often said of the loss, and what is right. */
export interface Correction {
	/** Its anchor in the list; stays when the words change. */
	readonly id: string;
	/** As the notes on the pages quote it (see lib/Correction.svelte). */
	readonly said: string;
	/** What is right, in short, its numbers from the core. */
	readonly right: (lab: Lab) => string;
	/** Where else it is explained, beside the notes of the pages in the same words. */
	readonly where: readonly string[];
}

/** The corrections of the chapter, in its order. */
export const corrections: readonly Correction[] = [
	{
		id: 'true-class',
		said: 'Cross-entropy only cares about the probability of the true class.',
		right: (lab) => {
			const { text } = lab.crossEntropy({ logits: [2, 1, 0], label: 0, unit: 'nats' });
			return (
				`So it is with probabilities that are given and a label that names one class. A network’s probabilities ` +
				`share one softmax: with the logits 2, 1, 0 and the first class true, the slopes of the loss in the three ` +
				`are ${list(text.gradient)}. With a soft label every class counts by itself, too.`
			);
		},
		where: ['ref/glossary/#gradient'],
	},
	{
		id: 'gradient-19',
		said: 'At p = 0.05 with y = 1 the gradient of binary cross-entropy is about 19.',
		right: (lab) => {
			const { text, crossEntropy } = wrong(lab);
			return `The slope in p is ${typeset(crossEntropy.text.slopeP)}; ${text.odds} are the odds against it, (1 − p)/p. In the logit, where a network learns, it is ${typeset(crossEntropy.text.slopeZ)}.`;
		},
		where: ['learn/6-mse/#derive', 'ref/glossary/#binary-cross-entropy'],
	},
	{
		id: 'small-gradient',
		said: 'Squared error has small gradients for predictions that are sure and wrong.',
		right: (lab) => {
			const { text, crossEntropy, squaredError } = wrong(lab);
			return (
				`In the logit, not in p. At p = 0.05 with y = 1 its slope in p is ${typeset(squaredError.text.slopeP)}, close to the ` +
				`largest there is; the sigmoid’s own slope makes of it ${typeset(squaredError.text.slopeZ)} in the logit, where ` +
				`cross-entropy has ${typeset(crossEntropy.text.slopeZ)}, ${text.ratio} times as much. A table or chart must say which slope it shows.`
			);
		},
		where: ['learn/6-mse/#table', 'ref/glossary/#squared-error', 'ref/glossary/#saturation'],
	},
	{
		id: 'never-vanish',
		said: 'The gradients of cross-entropy never vanish.',
		right: (lab) => {
			const near = lab.compareLosses({ target: 1, given: 'p', at: 0.999, along: 'z', unit: 'nats' });
			return `They vanish where the model is right, as they should: at p = 0.999 with y = 1 the slope in the logit is ${typeset(near.crossEntropy.text.slopeZ)}. What they never do is vanish where the model is wrong: there they stay near 1.`;
		},
		where: ['learn/6-mse/#table', 'ref/glossary/#gradient'],
	},
	{
		id: 'saturation',
		said: 'Cross-entropy avoids the saturation of sigmoids in a network.',
		right: () =>
			'In the output layer only, where its slope cancels that of the sigmoid. The hidden layers multiply by their own slopes as before: a deep stack of sigmoids loses its gradient under either loss.',
		where: ['learn/6-mse/#table', 'ref/glossary/#vanishing-gradient', 'ref/glossary/#saturation'],
	},
	{
		id: 'temperature-gradient',
		said: 'With a temperature, too, the gradient in a logit is p − y.',
		right: (lab) => {
			const { text } = lab.crossEntropy({ logits: [1, 0.5, 0], label: 0, unit: 'nats' });
			return `It is (p − y)/T, with p the probabilities at that temperature: for the logits 2, 1, 0 at T = 2 and the first class true, half of ${list(text.gradient)}. Distillation multiplies its soft loss by T² to make up for this.`;
		},
		where: ['learn/3-softmax/#slopes', 'learn/3-softmax/#distil', 'ref/glossary/#temperature'],
	},
	{
		id: 'no-meaning',
		said: 'Squared error has no probabilistic meaning.',
		right: () =>
			'It is the likelihood of numbers with Gaussian noise. On probabilities it is the Brier score, which is strictly proper: honest probabilities are its only optimum, too.',
		where: ['learn/6-mse/#meaning', 'ref/glossary/#squared-error', 'ref/glossary/#brier-score'],
	},
	{
		id: 'creative',
		said: 'Temperature makes the model creative.',
		right: () =>
			'It divides the logits and adds nothing: the order of the tokens stays, and what was excluded stays excluded. A hot softmax only draws more often what the model holds to be unlikely.',
		where: ['learn/3-softmax/#temperature'],
	},
	{
		id: 'optimal',
		said: 'The decomposition makes cross-entropy the theoretically optimal loss.',
		right: () =>
			'It shows that the least loss is at q = p, which is true of every strictly proper score. What sets cross-entropy apart is that minimising it is maximum likelihood, and so makes the best use of data if the model can be right.',
		where: ['ref/glossary/#proper-scoring-rule'],
	},
	{
		id: 'year-1948',
		said: 'Entropy and cross-entropy were both defined in 1948.',
		right: () =>
			'Entropy and the theory of codes are Shannon’s, of 1948. The divergence of one distribution from another is Kullback and Leibler’s, of 1951; “cross-entropy” became a usual name later.',
		where: ['ref/history/#timeline'],
	},
	{
		id: 'bits',
		said: 'The loss is measured in bits.',
		right: (lab) => {
			const coin = (unit: 'nats' | 'bits') => lab.surprisal({ probs: [0.5], unit }).texts[0]!;
			return `Codes are counted in bits, frameworks return nats. The same coin costs ${coin('bits')} bits and ${coin('nats')} nats, so a loss without its unit may be off by that factor. Every number of the lab says which it is.`;
		},
		where: ['ref/glossary/#nat'],
	},
	{
		id: 'clipping',
		said: 'Clipping the probabilities makes the loss stable.',
		right: () =>
			'It makes it finite, and wrong: beyond the clip the loss is flat, so the rows that are most wrong teach nothing. Computed from the logits, with log-sum-exp or softplus, it needs no clip and keeps every digit.',
		where: ['learn/2-binary/#stable', 'ref/glossary/#log-sum-exp', 'ref/glossary/#softplus'],
	},
];

/** "−0.3348, 0.2447 and 0.0900". */
function list(texts: readonly string[]): string {
	const set = texts.map(typeset);
	return `${set.slice(0, -1).join(', ')} and ${set.at(-1)}`;
}

/** A prediction that is sure and wrong: probability 0.05 for what happened. */
function wrong(lab: Lab): CompareLossesView {
	return lab.compareLosses({ target: 1, given: 'p', at: 0.05, along: 'z', unit: 'nats' });
}
