// Reads what people paste: rows of scores and their labels, as a spreadsheet, NumPy, PyTorch or JSON prints them.

import { limits } from '../../../core/limits.gen';
import { parseNumber } from '../../../lib/format';

/** Rows that can be looked at, or the sentence that says what is wrong and where. */
export type Pasted =
	| { readonly scores: number[]; readonly labels: number[]; readonly classes: number }
	| { readonly refused: string };

/** The most characters that are read: 20,000 numbers of full length. */
const longest = 500_000;

const missing = /^(nan|na|null|none|n\/a)$/i;

/** The rows of a text as words: the innermost brackets where there are any, else the lines. */
function rowsOf(text: string): string[][] {
	const bare = text.replace(
		/\b(tensor|array|np\.array|torch\.tensor)\s*\(|,?\s*(dtype|device|grad_fn|requires_grad)=[^,)\]]*|\)/g,
		' ',
	);
	const rows = /\[[^[\]]*\]/.test(bare) ? bare.match(/\[[^[\]]*\]/g)! : bare.split(/\r\n|\r|\n/);
	return rows
		.map((row) =>
			row
				.replace(/[[\]{}()"']/g, ' ')
				.split(/[\s,;]+/)
				.filter(Boolean),
		)
		.filter((row) => row.length > 0);
}

/** A number as it is pasted: also NaN, as several programs write it. Undefined if it is none. */
function numberOf(word: string): number | undefined {
	if (missing.test(word.replace(/^[+-]/, ''))) return NaN;
	const value = parseNumber(word);
	if (value !== undefined) return value;
	return /^[+-]?\d+(\.\d*)?e\+?\d{3,}$/i.test(word)
		? word.startsWith('-')
			? -Infinity
			: Infinity
		: undefined;
}

/** Reads both boxes. */
export function read(scoreText: string, labelText: string): Pasted {
	const all = scoreText + labelText;
	if (all.length > longest)
		return {
			refused: `That is ${all.length} characters; at most ${longest} are read. A part of the rows tells as much.`,
		};
	if (/\.\.\.|…/.test(all))
		return {
			refused:
				'There is a “...” in it: what was printed was shortened, and the numbers between are lost. Print all of them, or fewer rows.',
		};
	if (scoreText.trim() === '') return { refused: 'No scores yet.' };

	let rows = rowsOf(scoreText);
	const head = rows[0]!;
	if (rows.length > 1 && head.every((word) => numberOf(word) === undefined)) rows = rows.slice(1); // names of columns
	const classes = rows[0]!.length;
	const scores: number[] = [];
	for (const [i, row] of rows.entries()) {
		if (row.length !== classes)
			return {
				refused: `Row ${i + 1} has ${row.length} scores, the rows before it have ${classes}. Every row needs one score for each class.`,
			};
		for (const [k, word] of row.entries()) {
			const value = numberOf(word);
			if (value === undefined)
				return { refused: `Row ${i + 1}, score ${k + 1}: “${word.slice(0, 30)}” is no number.` };
			scores.push(value);
		}
	}
	if (scores.length > limits.maxOwnScores)
		return { refused: `That is ${scores.length} scores; at most ${limits.maxOwnScores} are looked at here.` };

	const labels: number[] = [];
	for (const [i, word] of rowsOf(labelText).flat().entries()) {
		const value = numberOf(word);
		if (value === undefined) {
			if (i === 0) continue; // the name of the column
			return {
				refused: `Label ${labels.length + 1}: “${word.slice(0, 30)}” is no number. Labels are the numbers of the classes.`,
			};
		}
		if (!Number.isInteger(value))
			return { refused: `Label ${labels.length + 1} is ${word.slice(0, 30)}; labels are whole numbers.` };
		if (!Number.isSafeInteger(value))
			return {
				refused: `Label ${labels.length + 1} is ${word.slice(0, 30)}, larger than any number of classes.`,
			};
		labels.push(value);
	}
	if (labels.length !== rows.length) {
		const shift =
			Math.abs(labels.length - rows.length) === 1
				? ' One more or less: is there a header, or was the last row dropped?'
				: '';
		return { refused: `${rows.length} rows of scores and ${labels.length} labels.${shift}` };
	}
	return { scores, labels, classes };
}
