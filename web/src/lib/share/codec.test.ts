import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choice, flag, initial, integer, join, list, number, read, split, write, type Schema } from './codec';

interface State {
	x: number;
	n: number;
	z: number[];
	axis: 'linear' | 'log';
	on: boolean;
}

const schema: Schema<State> = {
	x: number(0.25, 0, 1),
	n: integer(4, 2, 10),
	z: list(number(0, -Infinity, 1000), [2, 1, 0], 2, 5),
	axis: choice('linear', ['linear', 'log']),
	on: flag(false),
};

const states: fc.Arbitrary<State> = fc.record({
	x: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x + 0),
	n: fc.integer({ min: 2, max: 10 }),
	z: fc.array(
		fc.oneof(
			fc.constant(-Infinity),
			fc.double({ min: -1e9, max: 1000, noNaN: true }).map((x) => x + 0),
		),
		{ minLength: 2, maxLength: 5 },
	),
	axis: fc.constantFrom('linear' as const, 'log' as const),
	on: fc.boolean(),
});

describe('a state in the address', () => {
	test('comes back exactly, with no notice', () => {
		fc.assert(
			fc.property(states, (state) => {
				const fragment = join(write(schema, state, 'e1.'));
				expect(read(schema, split(fragment) ?? [], 'e1.')).toEqual({ state, notices: [] });
			}),
		);
	});

	test('is not written where it is the initial one', () => {
		expect(join(write(schema, initial(schema)))).toBe('');
		expect(join(write(schema, { ...initial(schema), on: true }, 'e1.'))).toBe('#v1;e1.on=1');
	});

	test('never throws, whatever the fragment, and stays within the ranges', () => {
		const words = fc.oneof(
			fc.string(),
			fc.constantFrom(
				'x',
				'n',
				'z',
				'NaN',
				'1e999',
				'-0',
				',',
				';',
				'=',
				'%',
				'%e0%a4%a',
				'__proto__',
				'constructor',
			),
		);
		fc.assert(
			fc.property(fc.array(fc.tuple(words, words)), (pairs) => {
				const fragment = '#v1;' + pairs.map(([k, v]) => `${k}=${v}`).join(';');
				const { state } = read(schema, split(fragment) ?? []);
				expect(state.x >= 0 && state.x <= 1).toBe(true);
				expect(Number.isInteger(state.n) && state.n >= 2 && state.n <= 10).toBe(true);
				expect(state.z.length >= 2 && state.z.length <= 5).toBe(true);
				expect(state.z.every((z) => z <= 1000)).toBe(true);
				expect(['linear', 'log']).toContain(state.axis);
			}),
		);
	});

	test('pairs survive the address with any characters', () => {
		fc.assert(
			fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { minLength: 1 }), (pairs) => {
				expect(split(join(pairs))).toEqual(pairs);
				expect(join(pairs)).toMatch(/^#[\w.,:+\-;=%]*$/);
			}),
		);
	});
});

describe('what cannot be taken as written is told', () => {
	test.each([
		['x=7', { x: 1 }, /x=7 is out of range and became 1/, 'a number beyond its range is moved into it'],
		['x=-inf', { x: 0 }, /out of range/, 'so is an infinite one'],
		['n=2.5', { n: 4 }, /cannot be read/, 'half a class is none'],
		['z=1,2,3,4,5,6', { z: [1, 2, 3, 4, 5] }, /out of range/, 'a list too long is cut'],
		['z=1', { z: [2, 1, 0] }, /cannot be read/, 'a list too short is none'],
		['z=1,two', { z: [2, 1, 0] }, /cannot be read/, 'one bad item spoils the list'],
		['axis=cubic', { axis: 'linear' }, /cannot be read/, 'an unknown word is none'],
		['x', { x: 0.25 }, /cannot be read/, 'a key without a value'],
		['x=0.5;x=0.75', { x: 0.75 }, undefined, 'the last of two counts'],
		['y=1', {}, undefined, 'an unknown key is left to others'],
	])('%s', (text, want, notice, _why) => {
		const { state, notices } = read(schema, split(`#v1;${text}`) ?? []);
		expect(state).toEqual({ ...initial(schema), ...want });
		if (notice) expect(notices.join('\n')).toMatch(notice);
		else expect(notices).toEqual([]);
	});
});

test('an anchor, or another version, is no state', () => {
	expect(split('#definition')).toBeUndefined();
	expect(split('')).toBeUndefined();
	expect(split('#v2;x=1')).toBeUndefined();
	expect(split('#v1')).toEqual([]);
});

test('initial states share nothing', () => {
	const one = initial(schema);
	one.z.push(7);
	expect(initial(schema).z).toEqual([2, 1, 0]);
});
