import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { join, split } from './codec';

interface Case {
	readonly why: string;
	readonly state: readonly (readonly [string, string])[];
	readonly fragment: string;
}

const cases: Case[] = JSON.parse(
	readFileSync(new URL('../../../../testdata/vectors/links.json', import.meta.url), 'utf8'),
);

test('links that xent writes are those of the pages', () => {
	expect(cases.length).toBeGreaterThan(4);
	for (const { why, state, fragment } of cases) {
		expect(join(state), why).toBe(fragment);
		if (state.length > 0) expect(split(fragment), why).toEqual(state);
	}
});
