import { expect, test } from 'vitest';
import { math } from './content';

test('slots and links become data, and may share a place', () => {
	const html = math(String.raw`-\log\link{q}{\slot{prob}} = \slot{loss}`);
	expect(html).toContain('<mrow data-link="q"><mn data-slot="prob">0</mn></mrow>');
	expect(html).toContain('<mn data-slot="loss">0</mn>');
});

test('no inline style is left, and what the style sheet does not say is refused', () => {
	expect(math(String.raw`\begin{aligned} a &= b \\ &= c \end{aligned}`)).not.toMatch(/ style=/);
	expect(() => math(String.raw`\colorbox{red}{p}`)).toThrow(/inline style/);
});

test('bad TeX fails the build', () => expect(() => math(String.raw`\frac{1}`)).toThrow());

test('inline and display', () => {
	expect(math('inline:x')).not.toContain('display="block"');
	expect(math('x')).toContain('display="block"');
});

test('a displayed formula may break before a relation, after a wide space and within a sum', () => {
	expect(math('a = b')).toBe(
		'<math display="block"><mrow><mi>a</mi></mrow><mrow><mo form="infix">=</mo><mi>b</mi></mrow></math>',
	);
	expect(math(String.raw`a \qquad b \le c`)).toBe(
		'<math display="block"><mrow class="line"><mrow><mi>a</mi></mrow></mrow><mspace width="2em"></mspace>' +
			'<mrow class="line"><mrow><mi>b</mi></mrow><mrow><mo form="infix">≤</mo><mi>c</mi></mrow></mrow></math>',
	);
	expect(math(String.raw`a = \terms{x} = b`)).toContain(
		'=</mo></mrow><mn class="sum" data-slot="x">0</mn><mrow>',
	);
});

test('a long part may break before its terms, or the factors of its only term; a short one stays whole', () => {
	const terms = (/** TeX. */ tex: string) => math(tex).match(/<mrow class="terms">.*<\/mrow>/s)?.[0] ?? '';
	expect(terms(String.raw`L = -a\log(b) + c\log(d) - e\log(f)`).match(/form="infix">[+−]</g)).toEqual([
		'form="infix">+<',
		'form="infix">−<',
	]); // the first sign belongs to its term
	expect(
		terms(String.raw`L = f'(x_1)w_1\cdot f'(x_2)w_2\cdot f'(x_3)`).match(/form="infix">⋅</g),
	).toHaveLength(2);
	expect(terms('L = a + b')).toBe('');
});

test('nothing breaks within a fraction, a fence or a table, nor inside a line of text', () => {
	for (const tex of [
		String.raw`\frac{a = b}{c}`,
		String.raw`x \left(a = b\right)`,
		String.raw`\begin{cases} a = b \\ c \end{cases}`,
		'inline:a = b',
	])
		expect(math(tex)).not.toContain('form="infix"');
});
