// The code of this page with what it printed: every block is run by code.test.ts where its language is present, and
// must print what stands here.

import type { Snippet } from '../../../lib/snippet';

export const languages = ['NumPy', 'PyTorch', 'Go'] as const;

/** One program in three languages: what it shows, and what each printed. */
export interface Sample {
	readonly id: string;
	readonly title: string;
	readonly says: string;
	readonly runs: readonly { readonly snippet: Snippet; readonly printed: string }[];
}

const programs = import.meta.glob<Snippet>(
	'./code/{right,naive,late,clip,twice}.{numpy.py,torch.py,go.txt}',
	{
		eager: true,
		query: '?code',
		import: 'default',
	},
);
const outputs = import.meta.glob<string>('./code/*.out.txt', {
	eager: true,
	query: '?raw',
	import: 'default',
});

const sample = (id: string, title: string, says: string): Sample => ({
	id,
	title,
	says,
	runs: ['numpy.py', 'torch.py', 'go.txt'].map((file) => ({
		snippet: programs[`./code/${id}.${file}`]!,
		printed: outputs[`./code/${id}.${file.split('.')[0]}.out.txt`]!,
	})),
});

export const samples: readonly Sample[] = [
	sample(
		'right',
		'As it should be',
		'Two rows: an ordinary one, and one that is a thousand behind. NumPy from scratch, PyTorch and Go with their losses. The second row costs 1000, with a slope of one half per row of the mean, where it should be.',
	),
	sample(
		'naive',
		'Break it: the formula as it is written',
		'The exponential of 1000 is infinite in every format. What is divided by it is 0 or no number, and one such row makes the mean, and every gradient, worthless.',
	),
	sample(
		'late',
		'Break it: the logarithm of a softmax',
		'This softmax is stable, and its result is right to the last digit: 0. The logarithm comes too late. In Go the two ways stand side by side.',
	),
	sample(
		'clip',
		'Break it: clip the probability',
		'The infinity is gone, and so is the difference between bad and hopeless: every row that is more than 16 behind costs the same, and its slope is 0.',
	),
	sample(
		'twice',
		'Break it: softmax twice',
		'A certain and right prediction. PyTorch also shows what is left of the slope when such a row is wrong. In Go the compiler refuses: probabilities and logits are different types.',
	),
];
