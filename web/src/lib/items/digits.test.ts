import { expect, test } from 'vitest';
import { agrees } from './digits';

test.each([
	['0.693', Math.LN2, 3, true, 'rounded'],
	['0.6931', Math.LN2, 3, true, 'more digits than were asked for'],
	['0.6931472', Math.LN2, 3, true, 'all of them'],
	['0,693', Math.LN2, 3, true, 'a decimal comma'],
	['6.93e-1', Math.LN2, 3, true, 'a power of ten'],
	['0.69', Math.LN2, 3, false, 'too few'],
	['0.692', Math.LN2, 3, false, 'one off in the last'],
	['0.694', Math.LN2, 3, false, 'and the other way'],
	['-0.693', Math.LN2, 3, false, 'the sign counts'],
	['−2', -2, 1, true, 'a typographic minus'],
	['1000', 998, 2, true, 'a power of ten in between'],
	['990', 998, 2, false, 'one off in the second digit'],
	['2', 1.9999999999999996, 2, true, 'a float64 that is all but 2'],
	['0', 0, 3, true, 'nothing'],
	['0.0001', 0, 3, false, 'nearly nothing is not nothing'],
	['inf', Infinity, 3, true, 'an infinity'],
	['1e308', Infinity, 3, false, 'a large number is none'],
	['half', 0.5, 1, false, 'a word is no number'],
])('%s for %d in %i digits: %s, %s', (typed, value, digits, want) =>
	expect(agrees(typed, value, digits)).toBe(want),
);

test.each([
	['0.7', true, 'one digit'],
	['0.69', true, 'two'],
	['0.70', false, 'two, and wrong in the second'],
	['1', false, 'no digit that is right'],
])('%s agrees with ln 2 as far as it goes: %s, %s', (typed, want) =>
	expect(agrees(typed, Math.LN2)).toBe(want),
);
