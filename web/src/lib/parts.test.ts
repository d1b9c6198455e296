import { expect, test } from 'vitest';
import { partName } from './parts';

test.each([
	['Logit of cat', 'logit', 'controls of a kind share a name'],
	['q, the model', 'q', 'what follows a comma explains'],
	['Move q to p', 'move-q-to-p', 'the words'],
	[
		'Every class as an area: p wide, −log₂ q high',
		'every-class-as-an-area',
		'what changes with the unit is left out',
	],
	['Rolls N', 'rolls-n', 'a symbol is a word'],
	['Θ', 'part', 'never nothing'],
	['a'.repeat(80), 'a'.repeat(40), 'never too long for a link'],
])('%s is %s: %s', (label, name) => {
	expect(partName(label)).toBe(name);
	expect(name).toMatch(/^[a-z0-9-]{1,40}$/);
});
