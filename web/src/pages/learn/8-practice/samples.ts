// The code of this page with what it printed: every block is run by code.test.ts where its language is present, and
// must print what stands here.

import clipGo from './code/clip.go.txt?code';
import clipGoOut from './code/clip.go.out.txt?raw';
import clipNumpy from './code/clip.numpy.py?code';
import clipNumpyOut from './code/clip.numpy.out.txt?raw';
import clipTorch from './code/clip.torch.py?code';
import clipTorchOut from './code/clip.torch.out.txt?raw';
import lateGo from './code/late.go.txt?code';
import lateGoOut from './code/late.go.out.txt?raw';
import lateNumpy from './code/late.numpy.py?code';
import lateNumpyOut from './code/late.numpy.out.txt?raw';
import lateTorch from './code/late.torch.py?code';
import lateTorchOut from './code/late.torch.out.txt?raw';
import naiveGo from './code/naive.go.txt?code';
import naiveGoOut from './code/naive.go.out.txt?raw';
import naiveNumpy from './code/naive.numpy.py?code';
import naiveNumpyOut from './code/naive.numpy.out.txt?raw';
import naiveTorch from './code/naive.torch.py?code';
import naiveTorchOut from './code/naive.torch.out.txt?raw';
import rightGo from './code/right.go.txt?code';
import rightGoOut from './code/right.go.out.txt?raw';
import rightNumpy from './code/right.numpy.py?code';
import rightNumpyOut from './code/right.numpy.out.txt?raw';
import rightTorch from './code/right.torch.py?code';
import rightTorchOut from './code/right.torch.out.txt?raw';
import twiceGo from './code/twice.go.txt?code';
import twiceGoOut from './code/twice.go.out.txt?raw';
import twiceNumpy from './code/twice.numpy.py?code';
import twiceNumpyOut from './code/twice.numpy.out.txt?raw';
import twiceTorch from './code/twice.torch.py?code';
import twiceTorchOut from './code/twice.torch.out.txt?raw';
import type { Snippet } from '../../../lib/snippet';

export const languages = ['NumPy', 'PyTorch', 'Go'] as const;

/** One program in three languages: what it shows, and what each printed. */
export interface Sample {
	readonly id: string;
	readonly title: string;
	readonly says: string;
	readonly runs: readonly { readonly snippet: Snippet; readonly printed: string }[];
}

export const samples: readonly Sample[] = [
	{
		id: 'right',
		title: 'As it should be',
		says: 'Two rows: an ordinary one, and one that is a thousand behind. NumPy from scratch, PyTorch and Go with their losses. The second row costs 1000, with a slope of one half per row of the mean, where it should be.',
		runs: [
			{ snippet: rightNumpy, printed: rightNumpyOut },
			{ snippet: rightTorch, printed: rightTorchOut },
			{ snippet: rightGo, printed: rightGoOut },
		],
	},
	{
		id: 'naive',
		title: 'Break it: the formula as it is written',
		says: 'The exponential of 1000 is infinite in every format. What is divided by it is 0 or no number, and one such row makes the mean, and every gradient, worthless.',
		runs: [
			{ snippet: naiveNumpy, printed: naiveNumpyOut },
			{ snippet: naiveTorch, printed: naiveTorchOut },
			{ snippet: naiveGo, printed: naiveGoOut },
		],
	},
	{
		id: 'late',
		title: 'Break it: the logarithm of a softmax',
		says: 'This softmax is stable, and its result is right to the last digit: 0. The logarithm comes too late. In Go the two ways stand side by side.',
		runs: [
			{ snippet: lateNumpy, printed: lateNumpyOut },
			{ snippet: lateTorch, printed: lateTorchOut },
			{ snippet: lateGo, printed: lateGoOut },
		],
	},
	{
		id: 'clip',
		title: 'Break it: clip the probability',
		says: 'The infinity is gone, and so is the difference between bad and hopeless: every row that is more than 16 behind costs the same, and its slope is 0.',
		runs: [
			{ snippet: clipNumpy, printed: clipNumpyOut },
			{ snippet: clipTorch, printed: clipTorchOut },
			{ snippet: clipGo, printed: clipGoOut },
		],
	},
	{
		id: 'twice',
		title: 'Break it: softmax twice',
		says: 'A certain and right prediction. PyTorch also shows what is left of the slope when such a row is wrong. In Go the compiler refuses: probabilities and logits are different types.',
		runs: [
			{ snippet: twiceNumpy, printed: twiceNumpyOut },
			{ snippet: twiceTorch, printed: twiceTorchOut },
			{ snippet: twiceGo, printed: twiceGoOut },
		],
	},
];
