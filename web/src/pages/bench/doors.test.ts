import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { everyCore } from '../../core/every';
import { read, split, type Schema } from '../../lib/share/codec';
import { repair as mendFew, schema as few } from '../learn/8-practice/e9';
import { schema as binary } from '../learn/2-binary/state';
import { schema as squared } from '../learn/6-mse/state';
import { doors } from './figures';
import { readReport, type Surprise } from './report';

const lab = await everyCore(new URL('../../../generated/', import.meta.url));
const text = await readFile(
	new URL('../../../../testdata/models/digits-mlp.report.json', import.meta.url),
	'utf8',
);
const report = readReport(text);

/** The state that a door leads to, which its explorer must take as it stands. */
function behind<S>(to: string, id: string, schema: Schema<S>): S {
	const pairs = split(to.slice(to.indexOf('#')))!.filter(([key]) => key.startsWith(`${id}.`));
	expect(pairs.length).toBeGreaterThan(1);
	const { state, notices } = read(schema, pairs, `${id}.`);
	expect(notices).toEqual([]);
	return state;
}

const doorsOf = (s: Surprise, kind = report.input.kind) =>
	Object.fromEntries(
		doors({ ...report, input: { ...report.input, kind } }, s, lab).map((door) => [door.id, door.to]),
	);

test('a row of ten classes opens in every explorer that takes one, in a state that it does not mend', () => {
	const row = report.surprising[0]!;
	const to = doorsOf(row);
	expect(Object.keys(to)).toEqual(['e1', 'e3', 'e9']);

	const bits = behind(to.e9!, 'e9', few);
	expect(mendFew(bits)).toEqual([]);
	expect(bits.z).toBe(row.scores![row.label]);
	expect(bits.r).toBe(Math.max(...row.scores!));
});

test('a column of yes-or-no scores opens in the explorers of one logit', () => {
	const row = { ...report.surprising[0]!, scores: [-3.25], label: 1 };
	const to = doorsOf(row);
	expect(Object.keys(to)).toEqual(['e1', 'e3', 'e2', 'e6', 'e9']);
	expect(behind(to.e2!, 'e2', binary)).toMatchObject({ z: -3.25, y: 1 });
	expect(behind(to.e6!, 'e6', squared)).toMatchObject({ by: 'z', z: -3.25 });
	expect(behind(to.e9!, 'e9', few)).toMatchObject({ z: -3.25, r: 0 });
});

test('an excluded class leads to no explorer of finite logits, and a row without a softmax nowhere', () => {
	const row = report.surprising[0]!;
	expect(Object.keys(doorsOf({ ...row, scores: [0, 1], label: 0 }, 'probs'))).toEqual(['e1', 'e3']);
	expect(doorsOf({ ...row, scores: [NaN, 1], label: 0 })).toEqual({});
	expect(doorsOf({ ...row, scores: undefined })).toEqual({});
});
