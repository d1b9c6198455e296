// The questions of the guided choice, and the way from answers to losses. What the losses are stands in losses.ts, which
// the client does not load.

import { choice, type Schema } from '../../lib/share/codec';

export const questions = {
	task: {
		question: 'What is predicted?',
		answers: {
			class: 'one class of several',
			yes: 'yes or no',
			several: 'several labels, any of which may be true at once',
			number: 'a number',
		},
	},
	label: {
		question: 'What does a label say?',
		answers: { hard: 'one answer', soft: 'a probability for each answer' },
	},
	balance: {
		question: 'How often does each answer occur?',
		answers: {
			even: 'about equally often, or errors cost the same',
			rare: 'what matters is rare',
			easy: 'most cases are trivially easy',
		},
	},
	noise: {
		question: 'Are the labels right?',
		answers: { clean: 'nearly all', some: 'a few are wrong', many: 'many are wrong' },
	},
} as const;

type Questions = typeof questions;
export type Topic = keyof Questions;

/** The answers of a reader. */
export type Answers = { [K in Topic]: keyof Questions[K]['answers'] };

export const schema = Object.fromEntries(
	Object.entries(questions).map(([topic, { answers }]) => {
		const words = Object.keys(answers);
		return [topic, choice(words[0]!, words)];
	}),
) as unknown as Schema<Answers>;

/** The losses, by the names of their files of code. */
export const names = {
	softmax: 'Cross-entropy of a softmax',
	soft: 'Cross-entropy with soft labels',
	weights: 'Cross-entropy with weights of classes',
	smoothing: 'Cross-entropy with smoothed labels',
	robust: 'Generalised cross-entropy',
	focal: 'Focal loss',
	binary: 'Binary cross-entropy, from logits',
	positives: 'Binary cross-entropy with a weight of positives',
	'binary-soft': 'Binary cross-entropy with soft labels',
	'binary-smoothing': 'Binary cross-entropy with smoothed labels',
	'binary-focal': 'Balanced focal loss',
	squared: 'Squared error',
} as const;

export type Loss = keyof typeof names;

/** The loss for some answers, and a change to it that goes with it, if they ask for one. */
export function choose({ task, label, balance, noise }: Answers): {
	readonly loss: Loss;
	readonly also?: Loss;
} {
	if (task === 'number') return { loss: 'squared' };
	if (task === 'class') {
		const change = ({ even: undefined, rare: 'weights', easy: 'focal' } as const)[balance];
		const loss =
			label === 'soft' ? 'soft' : ({ clean: undefined, some: 'smoothing', many: 'robust' } as const)[noise];
		return both(loss, change, 'softmax');
	}
	const change = ({ even: undefined, rare: 'positives', easy: 'binary-focal' } as const)[balance];
	const loss = label === 'soft' ? 'binary-soft' : noise === 'clean' ? undefined : 'binary-smoothing';
	return both(loss, change, 'binary');
}

/** What the labels ask for comes first, what their frequency asks for goes with it. */
function both(loss: Loss | undefined, change: Loss | undefined, usual: Loss): { loss: Loss; also?: Loss } {
	if (loss && change) return { loss, also: change };
	return { loss: loss ?? change ?? usual };
}
