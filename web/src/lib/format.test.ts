import { describe, expect, test } from 'vitest';
import { mathCost, mathNumber, parseNumber, plainNumber, typeset } from './format';

test.each([
	['-0.0413', '−0.0413', 'a minus, not a hyphen'],
	['9.026e-4', '9.026×10⁻⁴', 'powers of ten as such'],
	['1.2e+9', '1.2×10⁹', 'without the plus'],
	['-3.1e-12', '−3.1×10⁻¹²', 'both'],
	['∞', '∞', 'infinity stays'],
	['1 - 3e-5', '1 − 3×10⁻⁵', 'a difference'],
])('typeset %s', (text, want) => expect(typeset(text)).toBe(want));

describe('reading what people type', () => {
	test.each([
		['2', 2],
		[' -0.5 ', -0.5],
		['−0,5', -0.5],
		['.5', 0.5],
		['5.', 5],
		['1e3', 1000],
		['+1E-3', 0.001],
		['-inf', -Infinity],
		['−∞', -Infinity],
		['Infinity', Infinity],
		['-0', 0],
	])('%s', (text, want) => expect(parseNumber(text)).toBe(want));

	test.each(['', ' ', 'half', '1.2.3', '1e', '--1', '0x10', 'NaN', '1e999'])('%s is none', (text) =>
		expect(parseNumber(text)).toBeUndefined(),
	);

	test.each([0, -1.5, 1e-7, 1e21, 1000, -Infinity])('%s comes back', (value) =>
		expect(parseNumber(plainNumber(value))).toBe(value),
	);
});

/** What a calculator would read. */
const plain = (math: string) => math.replace(/<[^>]+>/g, '');

describe('numbers in formulas', () => {
	test('a power of ten', () =>
		expect(mathNumber('9.026e-4')).toBe(
			'<mrow><mn>9.026</mn><mo>×</mo><msup><mn>10</mn><mrow><mo form="prefix">−</mo><mn>4</mn></mrow></msup></mrow>',
		));
	test('a difference is in parentheses', () => expect(plain(mathNumber('1 - 3e-5'))).toBe('(1−3×10−5)'));

	test.each([
		['0.6439', '−ln0.6439', 'plain'],
		['9.026e-4', '−ln(9.026×10−4)', 'ln 9.026 × 10⁻⁴ would be something else'],
		['1 - 3e-5', '−ln(1−3×10−5)', 'one pair of parentheses is enough'],
		['3.7507e-434', '434·ln10−ln3.7507', 'no calculator holds 10⁻⁴³⁴'],
	])('the cost of %s', (prob, want) => {
		expect(plain(mathCost('ln', prob, false))).toBe(want);
		expect(plain(mathCost('ln', prob))).toBe(`(${want})`);
	});

	test('what a calculator drops from the 1', () => {
		expect(plain(mathCost('ln', '1 - 4.248e-18'))).toBe('4.248×10−18');
		expect(plain(mathCost('log2', '1 - 4.248e-18'))).toBe('4.248×10−18/ln2');
	});
});
