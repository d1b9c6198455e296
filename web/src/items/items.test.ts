import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { load, type Lab } from '../core/load';
import { bank } from './bank';
import { filled } from './fill';
import type { Item } from './item';

// What the types cannot say about the questions.

let lab: Lab;
beforeAll(async () => {
	lab = await load(await readFile(new URL('../../generated/xent.wasm', import.meta.url)));
});

const all = bank.flatMap(({ route, items }) => items.map((item) => ({ route, item, id: item.id })));

/** Every text of an item that a reader sees. */
function texts(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(texts);
}

test('there are questions, and their ids are unique and fit for an anchor', () => {
	expect(all.length).toBeGreaterThan(5);
	const ids = all.map(({ id }) => id);
	expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
	expect(ids.filter((id) => !/^[a-z]+(-[a-z0-9]+)+$/.test(id))).toEqual([]);
});

describe.each(all)('$id', ({ route, item }) => {
	test('names a section of its page', () => {
		if (item.section !== undefined)
			expect(route.sections?.map((section) => section.id)).toContain(item.section);
	});

	test('has a number of the core for every name in braces, and no NaN', () => {
		const full = texts(filled(item as Item, lab)).join('\n');
		expect(full).not.toMatch(/\{\w*\}|NaN|undefined/);
	});
});

/** The items of a kind; those without one are choices. */
function each<K extends NonNullable<Item['kind']>>(kind: K): Extract<Item, { kind?: K }>[] {
	return all
		.map(({ item }) => item)
		.filter((item): item is Extract<Item, { kind?: K }> => (item.kind ?? 'choice') === kind);
}

describe.each(each('choice'))('$id, a choice', ({ answers }) => {
	test('has one right answer, and a reply of its own for each', () => {
		expect(answers.length).toBeGreaterThan(1);
		expect(answers.filter((answer) => answer.right)).toHaveLength(1);
		for (const { reply } of answers) expect(reply.length).toBeGreaterThan(15);
		expect(new Set(answers.map((answer) => answer.text)).size).toBe(answers.length);
		expect(new Set(answers.map((answer) => answer.reply)).size).toBe(answers.length);
	});
});
