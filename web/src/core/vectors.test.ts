import { beforeAll, expect, test } from 'vitest';
import { everyCore } from './every';
import type { Lab } from './load';
import vectors from '../../../testdata/vectors/lab.json';

// The calls that Go's tests make of package lab, made again through WebAssembly.

let lab: Lab;
beforeAll(async () => {
	lab = await everyCore();
});

const infinities: Record<string, number> = { Infinity: Infinity, '-Infinity': -Infinity };

/** Puts numbers in the place of the words that JSON needs for them. */
function numbers(value: unknown): unknown {
	if (typeof value === 'string') return infinities[value] ?? value;
	if (Array.isArray(value)) return value.map(numbers);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, numbers(v)]));
}

/** Compares as Go's test does: numbers to 1e-12, all else exactly, no field more or less. */
function same(path: string, want: unknown, got: unknown): void {
	if (typeof want === 'number' && Number.isFinite(want)) {
		expect(typeof got, path).toBe('number');
		expect(
			Math.abs((got as number) - want) <= 1e-12 * (1 + Math.abs(want)),
			`${path}: ${got}, want ${want}`,
		).toBe(true);
	} else if (typeof want === 'object' && want !== null) {
		expect(Object.keys(got as object).sort(), path).toEqual(Object.keys(want).sort());
		for (const [key, value] of Object.entries(want))
			same(`${path}.${key}`, value, (got as Record<string, unknown>)[key]);
	} else expect(got, path).toBe(want);
}

test.each(vectors)('$call: $why', ({ call, params, view }) => {
	const explorer = lab[call as keyof Lab] as (params: unknown) => unknown;
	same(call, numbers(view), explorer(numbers(params)));
});

test('every explorer has a vector', () => {
	expect([...new Set(vectors.map((v) => v.call))].sort()).toEqual(Object.keys(lab).sort());
});
