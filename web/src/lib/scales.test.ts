import fc from 'fast-check';
import { expect, test } from 'vitest';
import { path, scale, snap, track } from './scales';

test('a scale and its inverse', () => {
	fc.assert(
		fc.property(
			fc.constantFrom('linear' as const, 'log' as const),
			fc.double({ min: 0.001, max: 1, noNaN: true }),
			(kind, x) => {
				const s = scale({ min: 0.001, max: 1, kind, label: '' }, 40, 400);
				expect(s.invert(s(x))).toBeCloseTo(x, 9);
				expect(s(x)).toBeGreaterThanOrEqual(40);
				expect(s(x)).toBeLessThanOrEqual(400);
			},
		),
	);
});

test('what lies outside is placed at the end', () => {
	const s = scale({ min: 0, max: 7, label: '' }, 280, 20); // upwards, as on a screen
	expect(s(-1)).toBe(280);
	expect(s(998)).toBe(20);
	expect(s(Infinity)).toBe(20);
	expect(s.invert(1000)).toBe(0);
});

test('ticks are printed alike', () => {
	const texts = (min: number, max: number, ticks: number) =>
		scale({ min, max, ticks, label: '' }, 0, 1).ticks.map((t) => t.text);
	expect(texts(0, 1, 5)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
	expect(texts(0, 7, 6)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
	expect(texts(-1, 1, 4)).toEqual(['−1.0', '−0.5', '0.0', '0.5', '1.0']);
	const log = scale({ min: 0.001, max: 1, kind: 'log', label: '' }, 0, 3);
	expect(log.ticks.map((t) => t.text)).toEqual(['0.001', '0.01', '0.1', '1']);
	log.ticks.forEach((t, i) => expect(log(t.at)).toBeCloseTo(i, 9));
});

test('a log slider reaches its ends exactly', () => {
	const t = track('log', 0.05, 100);
	expect([t.at(0), t.at(1), t.place(0.05), t.place(100)]).toEqual([0.05, 100, 0, 1]);
	expect(t.at(0.5)).toBeCloseTo(Math.sqrt(5), 9);
});

test.each([
	[0.30000000000000004, 0, 1, 0.1, 0.3, 'no dust of binary fractions'],
	[1.26, -12, 12, 0.1, 1.3, 'to the nearest'],
	[7, 0, 1, 0.01, 1, 'within the range'],
	[0.123, 0.001, 0.999, 0, 0.123, 'without a step nothing is rounded'],
	[12, 0, 100, 5, 10, 'steps above one'],
])('snap %s', (value, min, max, step, want) => expect(snap(value, min, max, step)).toBe(want));

test('a path', () => expect(path([[0, 1], [2.5, 3]])).toBe('M0.00,1.00L2.50,3.00')); // prettier-ignore
