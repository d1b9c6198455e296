import { readFileSync, readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from './every';
import type { Lab } from './load';

// States of the explorers whose values are known to 40 digits, through WebAssembly.

interface Probe {
	readonly call: keyof Lab;
	readonly why: string;
	readonly params: object;
	/** A path in the view, "best.x", and the number there. */
	readonly want: Readonly<Record<string, string>>;
	/** A path to a text, and what it must be. */
	readonly print?: Readonly<Record<string, string>>;
}

const folder = new URL('../../../testdata/vectors/probes/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

let lab: Lab;
beforeAll(async () => {
	lab = await everyCore();
});

/** Numbers that JSON lacks are words there. */
const infinities = (_: string, value: unknown) =>
	value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value;

test('there are probes', () => expect(files.length).toBeGreaterThan(0));

describe.each(files)('%s', (file) => {
	const probes = JSON.parse(readFileSync(new URL(file, folder), 'utf8'), infinities) as Probe[];
	test.each(probes.map((p) => ({ ...p, name: `${p.call}: ${p.why}` })))(
		'$name',
		({ call, params, want, print }) => {
			const view: unknown = (lab[call] as (params: unknown) => unknown)(params);
			const at = (path: string) =>
				path.split('.').reduce((v, name) => (v as Record<string, unknown>)[name], view);
			for (const [path, text] of Object.entries(print ?? {})) expect(at(path), path).toBe(text);
			expect(Object.keys(want).length).toBeGreaterThan(0);
			for (const [path, text] of Object.entries(want)) {
				const value = at(path);
				const truth = Number(text);
				expect(Number.isNaN(truth), `${path} wants ${text}`).toBe(false);
				const near = Math.abs((value as number) - truth) <= 1e-14 * Math.max(1e-2, Math.abs(truth));
				expect(value === truth || near, `${path} = ${String(value)}, want ${text}`).toBe(true);
			}
		},
	);
});
