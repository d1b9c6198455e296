// The core prints numbers in ASCII ("-9.026e-4"); here they are set for reading: −9.026×10⁻⁴.

import type { MathML } from './tex';

const superscripts: Readonly<Record<string, string>> = {
	'-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴',
	'5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹',
}; // prettier-ignore

/** A number of the core as text: a true minus, powers of ten as such. */
export function typeset(text: string): string {
	return text
		.replace(
			/e\+?(-?\d+)/g,
			(_, power: string) => '×10' + [...power].map((c) => superscripts[c] ?? c).join(''),
		)
		.replace(/-/g, '−');
}

/** A number of the core as MathML; "1 - 3e-5" gets its parentheses. */
export function mathNumber(text: string): MathML {
	const [head, tail] = text.split(' - ');
	if (head !== undefined && tail !== undefined) {
		return `<mrow><mo>(</mo>${mathNumber(head)}<mo>−</mo>${mathNumber(tail)}<mo>)</mo></mrow>`;
	}
	const sign = text.startsWith('-') ? '<mo form="prefix">−</mo>' : '';
	const [mantissa = '', power] = text.replace(/^-/, '').split('e');
	const number = mantissa === '∞' ? '<mi mathvariant="normal">∞</mi>' : `<mn>${mantissa}</mn>`;
	if (power === undefined) return `<mrow>${sign}${number}</mrow>`;
	const exponent = mathNumber(power.replace('+', ''));
	return `<mrow>${sign}${number}<mo>×</mo><msup><mn>10</mn>${exponent}</msup></mrow>`;
}

/** The logarithm of the unit as MathML: "ln", or log to base 2. */
export function mathLog(name: string): MathML {
	return name === 'log2' ? '<msub><mi>log</mi><mn>2</mn></msub>' : '<mi>ln</mi>';
}

/** Reads a number as people type it: "1e3", "-0,5", "−2", "-inf", "∞". Undefined if it is none. */
export function parseNumber(text: string): number | undefined {
	const plain = text.trim().toLowerCase().replace(/−/g, '-').replace(/,/g, '.');
	const infinity = /^([+-]?)(inf|infinity|∞)$/.exec(plain);
	if (infinity) return infinity[1] === '-' ? -Infinity : Infinity;
	if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(plain)) return undefined;
	const value = Number(plain);
	return Number.isFinite(value) ? value + 0 : undefined;
}

/** A number as a person would type it back: "-∞", "1000", "0.25". */
export function plainNumber(value: number): string {
	if (value === Infinity) return '∞';
	if (value === -Infinity) return '−∞';
	return String(value).replace('-', '−');
}

/** A sum of positive terms for a slot \\terms{…}, which may break between them. */
export function mathSum(terms: readonly MathML[]): MathML {
	return terms.map((term) => `<mrow>${term}</mrow>`).join('<mo>+</mo>');
}

/** Words within a formula. */
export function mathText(text: string): MathML {
	return `<mtext>${text}</mtext>`;
}

/**
 * What a probability costs, -log q, as MathML that can be typed into a calculator: a power of ten gets
 * parentheses, one that no calculator holds is taken apart, 434·ln 10 − ln 3.75, and −ln(1 − x) is x where a
 * calculator would drop it from the 1. Within a sum or
 * product the whole is in parentheses.
 */
export function mathCost(log: string, prob: string, within = true): MathML {
	const name = mathLog(log) + '<mspace width="0.17em"/>';
	const rest = /^1 - (.+e-(\d+))$/.exec(prob);
	if (rest && Number(rest[2]) >= 8) {
		const cost = log === 'ln' ? '' : `<mo>/</mo>${mathLog('ln')}<mspace width="0.17em"/><mn>2</mn>`;
		return `<mrow>${mathNumber(rest[1]!)}${cost}</mrow>`;
	}
	const [mantissa = '', power] = prob.split('e-');
	const tiny = power !== undefined && Number(power) > 99 && !prob.includes(' ');
	const cost = tiny
		? `<mn>${power}</mn><mo>·</mo>${name}<mn>10</mn><mo>−</mo>${name}<mn>${mantissa}</mn>`
		: `<mo form="prefix">−</mo>${name}${power === undefined || prob.includes(' ') ? mathNumber(prob) : `<mo>(</mo>${mathNumber(prob)}<mo>)</mo>`}`;
	return within ? `<mrow><mo>(</mo>${cost}<mo>)</mo></mrow>` : `<mrow>${cost}</mrow>`;
}
