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
