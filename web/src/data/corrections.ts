import type { Lab } from '../core/load';

/** Something that is often said of the loss, and what is right. */
export interface Correction {
	/** Its anchor in the list; stays when the words change. */
	readonly id: string;
	/** As the notes on the pages quote it (see lib/Correction.svelte). */
	readonly said: string;
	/** What is right, in short, its numbers from the core. */
	readonly right: (lab: Lab) => string;
	/** Where it is explained. */
	readonly where: readonly string[];
}

/** Every correction that the chapter makes, in the order of the chapter. A test holds that the pages' notes are among them. */
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
		where: ['learn/1-code/#every-logit'],
	},
	{
		id: 'optimal',
		said: 'The decomposition makes cross-entropy the theoretically optimal loss.',
		right: () =>
			'It shows that the least loss is at q = p, which is true of every strictly proper score. What sets cross-entropy apart is that minimising it is maximum likelihood, and so makes the best use of data if the model can be right.',
		where: ['learn/4-kl/#directions'],
	},
	{
		id: 'year-1948',
		said: 'Entropy and cross-entropy were both defined in 1948.',
		right: () =>
			'Entropy and the theory of codes are Shannon’s, of 1948. The divergence of one distribution from another is Kullback and Leibler’s, of 1951; “cross-entropy” became a usual name later.',
		where: ['learn/4-kl/#directions', 'ref/history/#timeline'],
	},
	{
		id: 'bits',
		said: 'The loss is measured in bits.',
		right: (lab) => {
			const coin = (unit: 'nats' | 'bits') => lab.surprisal({ probs: [0.5], unit }).texts[0]!;
			return `Codes are counted in bits, frameworks return nats. The same coin costs ${coin('bits')} bits and ${coin('nats')} nats, so a loss without its unit may be off by that factor. Every number of the lab says which it is.`;
		},
		where: ['learn/4-kl/#directions', 'ref/glossary/#nat'],
	},
];

/** "−0.3348, 0.2447 and 0.0900". */
function list(texts: readonly string[]): string {
	const set = texts.map((text) => text.replace('-', '−'));
	return `${set.slice(0, -1).join(', ')} and ${set.at(-1)}`;
}
