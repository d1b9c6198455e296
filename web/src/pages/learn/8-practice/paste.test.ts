import { describe, expect, test } from 'vitest';
import { read } from './paste';

// What people paste, and what they paste by mistake.

describe('rows are read', () => {
	test.each([
		['1 2\n3 4', '0\n1', [1, 2, 3, 4], [0, 1], 'as a spreadsheet'],
		['1, -2.5\n3e2, .4\n', '1,0', [1, -2.5, 300, 0.4], [1, 0], 'CSV'],
		['a;b\n1;2', 'label\n1', [1, 2], [1], 'names of columns'],
		['[[1.0, 2.0], [3.0, nan]]', '[0, 1]', [1, 2, 3, NaN], [0, 1], 'a list of Python'],
		['array([[1., 2.],\n       [3., 4.]], dtype=float32)', 'array([0, 1])', [1, 2, 3, 4], [0, 1], 'NumPy'],
		[
			"tensor([[1., -inf]], device='cuda:0', grad_fn=<AddBackward0>)",
			'tensor([0])',
			[1, -Infinity],
			[0],
			'PyTorch',
		],
		['1 2\r\n3 4\r\n\r\n', '1\r\n0\r\n', [1, 2, 3, 4], [1, 0], 'line ends of Windows, empty lines'],
		['−1 2', '-100', [-1, 2], [-100], 'a true minus; a label that is looked at, not refused'],
		['1e999 -1e999', '0', [Infinity, -Infinity], [0], 'larger than a float64'],
		['1 null\nN/A 2', '0 0', [1, NaN, NaN, 2], [0, 0], 'what is missing is no number'],
	])('%s', (scores, labels, numbers, classes, _why) => {
		const got = read(scores, labels);
		expect(got).toEqual({ scores: numbers, labels: classes, classes: numbers.length / classes.length });
	});
});

describe('rows are refused, with the place', () => {
	test.each([
		['', '', /No scores/],
		['1 2\n3', '0 1', /Row 2 has 1 scores, the rows before it have 2/],
		['1 2\n3 x', '0 1', /Row 2, score 2: “x” is no number/],
		['1 2', '0 1', /1 rows of scores and 2 labels.*header/],
		['1 2\n3 4\n5 6', '0', /3 rows of scores and 1 labels\.$/],
		['1 2', '0.5', /Label 1 is 0\.5; labels are whole numbers/],
		['1 2', '1e18', /Label 1 is 1e18, larger/],
		['1 2\n3 4', '0 cat', /Label 2: “cat” is no number/],
		['[[1., 2.],\n ...,\n [3., 4.]]', '0 1', /“\.\.\.”.*lost/],
		['1 2\n<img src=x onerror=alert(1)>', '0 1', /Row 2/],
		['1 2', 'nan', /Label 1 is nan; labels are whole numbers/],
		['9'.repeat(600_000), '0', /600001 characters/],
		[Array(6000).fill('1 2 3 4').join('\n'), '0', /24000 scores; at most 20000/],
	])('%.20s', (scores, labels, why) => {
		const got = read(scores, labels);
		expect('refused' in got ? got.refused : JSON.stringify(got)).toMatch(why);
	});
});
