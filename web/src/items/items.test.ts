import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore, loadCores } from '../core/every';
import type { Lab } from '../core/load';
import { agrees } from '../lib/items/digits';
import { opening, reading, within } from '../lib/items/scene';
import { place } from '../lib/places';
import { routes } from '../routes';
import { anki } from './anki';
import { bank } from './bank';
import { filled } from './fill';
import type { Bug, Item } from './item';
import { objectives } from './objectives';
import { ordered, scrambled, turned } from './order';

// What the types cannot say about the questions.

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-items-'));
const generated = new URL('../../generated/', import.meta.url);
let lab: Lab;
let checks: Lab;
beforeAll(async () => {
	lab = await everyCore();
	checks = (await loadCores(generated)).chapters;
});
afterAll(() => rmSync(folder, { recursive: true }));

const all = bank().flatMap(({ route, items }) => items.map((item) => ({ route, item, id: item.id })));

/** The items of a kind; those that name none are choices. */
function each<K extends NonNullable<Item['kind']>>(kind: K): Extract<Item, { kind?: K }>[] {
	const found = all
		.map(({ item }) => item)
		.filter((item): item is Extract<Item, { kind?: K }> => (item.kind ?? 'choice') === kind);
	if (found.length < 2) throw new Error(`${found.length} items of kind ${kind}`);
	return found;
}

/** Every string in an item's data. */
function strings(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.values(value).flatMap(strings);
}

/** Replies must say something, and each something else. */
function explained(replies: readonly string[]): void {
	expect(replies.length).toBeGreaterThan(1);
	for (const reply of replies) expect(reply).toMatch(/^.{15,}[.?:]$/s);
	expect(new Set(replies).size).toBe(replies.length);
}

test('there are about thirty, of ids that are unique and fit for an anchor', () => {
	expect(all.length).toBeGreaterThanOrEqual(28);
	const ids = all.map(({ id }) => id);
	expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
	expect(ids.filter((id) => !/^[a-z]+(-[a-z0-9]+)+$/.test(id))).toEqual([]);
});

test('no question is forgotten in a file', () => {
	const files = import.meta.glob('../pages/**/{items,more}.ts', { eager: true }) as Record<string, object>;
	expect(Object.keys(files).length).toBeGreaterThan(3);
	for (const [file, exports] of Object.entries(files))
		expect(Object.keys(exports), file).toEqual([file.endsWith('/items.ts') ? 'items' : 'more']);
});

test('the question of the source chapter is among them', () => {
	expect(all.map(({ item }) => item.question).join()).toMatch(
		/one-hot labels, what does cross-entropy reduce to/,
	);
});

test('ids are for ever: a reader’s progress hangs on them', () => {
	// One that is given up stays in the list behind a minus sign, so that no other takes it.
	const lines = readFileSync(new URL('ids.txt', import.meta.url), 'utf8')
		.trim()
		.split('\n');
	const [given, up] = [lines.filter((id) => !id.startsWith('-')), lines.filter((id) => id.startsWith('-'))];
	const ids = all.map(({ id }) => id);
	expect(given.filter((id) => !ids.includes(id))).toEqual([]);
	expect(ids.filter((id) => up.includes(`-${id}`))).toEqual([]);
	expect(
		ids.filter((id) => !given.includes(id)),
		'add these to ids.txt',
	).toEqual([]);
});

describe.each(all)('$id', ({ route, item }) => {
	test('tests an objective, and leads to a section of its page', () => {
		expect(item.tests ?? []).not.toEqual([]);
		expect(new Set(item.tests).size).toBe(item.tests!.length);
		if (item.section) expect(() => place(route, `${route.path}#${item.section}`)).not.toThrow();
	});

	test('has a number of the core for every name in braces, and no NaN', () => {
		const names = (data: unknown) =>
			[
				...strings(data)
					.join('\n')
					.matchAll(/\{(\w+)\}/g),
			].map((m) => m[1]);
		if (item.kind !== 'bug') expect(names(filled(item, lab))).toEqual([]);
		expect(strings(filled(item, lab)).join('\n')).not.toMatch(/NaN|undefined/);
		for (const name of Object.keys(item.figures ?? {})) expect(names(item)).toContain(name);
	});
});

describe.each(objectives)('the objective $id', ({ id, sections }) => {
	test('is tested by two questions at least', () => {
		expect(all.filter(({ item }) => item.tests?.includes(id)).length).toBeGreaterThanOrEqual(2);
	});

	test('is taught somewhere', () => {
		expect(sections.length).toBeGreaterThan(0);
		for (const section of sections) expect(place(routes[0], section).title).toContain(': ');
	});
});

test('there are three groups of four objectives', () => {
	const groups = objectives.map(({ group }) => group);
	expect([...new Set(groups)].map((g) => groups.filter((other) => other === g).length)).toEqual([4, 4, 4]);
	expect(new Set(objectives.map(({ id }) => id)).size).toBe(12);
});

describe.each(each('choice'))('$id, a choice', ({ answers }) => {
	test('has one right answer, and a reply of its own for each', () => {
		expect(answers.filter((answer) => answer.right)).toHaveLength(1);
		expect(new Set(answers.map((answer) => answer.text)).size).toBe(answers.length);
		explained(answers.map((answer) => answer.reply));
	});
});

test('the place of an answer does not tell whether it is right', () => {
	const three = each('choice').filter(({ answers }) => answers.length === 3);
	const places = three.map(({ id, answers }) => turned(answers, id).findIndex((answer) => answer.right));
	for (const index of [0, 1, 2]) {
		const share = places.filter((place) => place === index).length / places.length;
		expect(share).toBeGreaterThan(0.15);
		expect(share).toBeLessThan(0.55);
	}
	expect(turned(['a', 'b', 'c'], 'x').toSorted()).toEqual(['a', 'b', 'c']);
});

describe.each(each('numeric'))('$id, a number', (item) => {
	test('is the core’s, and no usual mistake gives it', () => {
		const value = item.answer(lab);
		expect(Number.isFinite(value)).toBe(true);
		const [text] = lab.format({ values: [value], style: 'significant', digits: item.digits }).texts;
		expect(agrees(text!, value, item.digits)).toBe(true);
		const misses = item.misses.map((miss) => miss.value(lab));
		for (const [i, miss] of misses.entries()) {
			expect(Number.isFinite(miss)).toBe(true);
			const typed = lab.format({ values: [miss], style: 'significant', digits: item.digits }).texts[0]!;
			for (const [j, other] of [value, ...misses].entries())
				expect(agrees(typed, other, item.digits), `${typed} is also ${other}`).toBe(j === i + 1);
		}
		explained([item.reply, item.hint, ...item.misses.map((miss) => miss.reply)]);
	});
});

describe.each(each('order'))('$id, an order', ({ steps, reply }) => {
	test('has one order, which is not the one it is shown in', () => {
		const right = ordered(steps).map((step) => step.id);
		expect(new Set(right).size).toBe(steps.length);
		const shown = scrambled(steps).map((step) => step.id);
		expect([...shown].sort()).toEqual([...right].sort());
		expect(shown.filter((id, i) => id === right[i]).length).toBeLessThan(2);
		explained([reply, ...steps.map((step) => step.reply)]);
	});
});

describe('an order', () => {
	const step = (id: string, ...needs: string[]) => ({ id, needs });

	test.each([
		['two steps that may change places', [step('a'), step('b', 'a'), step('c', 'a')], 'b and c'],
		['two beginnings', [step('a'), step('b'), step('c', 'a', 'b')], 'a and b'],
		['a circle', [step('a'), step('b', 'c'), step('c', 'b')], 'b, c'],
		['a step that is not there', [step('a'), step('b', 'x')], 'b'],
	])('with %s is refused', (_why, steps, message) => {
		expect(() => ordered(steps)).toThrow(message);
	});

	test('is found from any beginning', () => {
		const steps = [step('c', 'b'), step('a'), step('d', 'a', 'c'), step('b', 'a')];
		expect(
			ordered(steps)
				.map(({ id }) => id)
				.join(''),
		).toBe('abcd');
	});
});

describe.each(each('state'))('$id, a state', ({ scene, solution, misses, reply, hint }) => {
	test('can be reached, is not there at the start, and no mistake counts as right', () => {
		const start = opening(scene);
		expect(solution).toHaveLength(start.length);
		expect(scene.names).toHaveLength(start.length);
		expect(checks, 'the core of the knowledge check').toHaveProperty(scene.call);
		expect(within(reading(lab, scene, solution), scene.goal)).toBe(true);
		expect(within(reading(lab, scene, start), scene.goal)).toBe(false);
		for (const fixed of scene.fixed ?? []) expect(solution[fixed]).toBe(start[fixed]);
		// By the steps of its controls.
		if (scene.as === 'bars')
			expect(lab.redistribute({ values: solution, index: 0, to: solution[0]! }).values).toEqual(solution);
		else
			for (const value of solution)
				expect(Math.round(value / scene.step!) * scene.step!).toBeCloseTo(value, 9);
		for (const miss of misses) {
			expect(miss.from).toBeLessThan(miss.to);
			expect(within(miss.from, scene.goal) && within(miss.to, scene.goal)).toBe(false);
		}
		explained([reply, hint, ...misses.map((miss) => miss.reply)]);
	});
});

describe.each(each('curve'))('$id, a curve', (item) => {
	test('runs through its points, and differs from the line it starts with', () => {
		const [curve, truth] = [item.curve(lab), item.truth(lab)];
		expect(curve.length).toBeGreaterThan(10);
		expect(truth).toHaveLength(item.at.length);
		for (const [i, x] of item.at.entries()) {
			const after = curve.findIndex((point) => point.x >= x - 1e-9);
			const [a, b] = [curve[Math.max(0, after - 1)]!, curve[after]!];
			const y = b.x === a.x ? b.y : a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
			expect(Math.abs(y - truth[i]!), `at ${x}`).toBeLessThan(item.within / 4);
		}
		for (const { x, y } of curve) {
			expect(x >= item.x.min && x <= item.x.max && y >= item.y.min && y <= item.y.max, `${x}, ${y}`).toBe(
				true,
			);
		}
		const level = (item.y.min + item.y.max) / 2;
		expect(truth.some((y) => Math.abs(y - level) > item.within)).toBe(true);
		explained([item.reply, item.above, item.below]);
	});
});

const python = spawnSync('python3', ['-c', 'import numpy']).status === 0;

/** What a program of these lines prints. */
function run({ language, around }: Bug, lines: readonly string[]): string {
	const source = [around?.before ?? '', ...lines, around?.after ?? ''].join('\n');
	if (language === 'python')
		return execFileSync('python3', ['-W', 'ignore', '-c', source], { encoding: 'utf8' }).trim();
	const file = join(folder, 'main.go');
	writeFileSync(file, source);
	return execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' }).trim();
}

describe.each(each('bug'))('$id, a program', (item) => {
	test('has one wrong line, and a reply for each', () => {
		expect(item.lines.filter((line) => line.right)).toHaveLength(1);
		expect(item.lines.every((line) => line.code.trim() !== '')).toBe(true);
		for (const { reply } of item.lines) expect(reply.length).toBeGreaterThan(15);
	});

	test.runIf(item.language === 'go' || python)(
		'prints what it says, wrong and mended',
		{ timeout: 120_000 },
		() => {
			expect(
				run(
					item,
					item.lines.map((line) => line.code),
				),
			).toBe(item.prints.wrong);
			const mended = run(
				item,
				item.lines.map((line) => (line.right ? item.fix : line.code)),
			);
			const [text] = lab.format({ values: [item.prints.mended(lab)], style: 'fixed', digits: 4 }).texts;
			expect(mended).toBe(text);
			expect(mended).not.toBe(item.prints.wrong);
		},
	);
});

test('the cards are one a line, of four fields', () => {
	const lines = anki(bank(), lab).trimEnd().split('\n');
	const cards = lines.filter((line) => !line.startsWith('#')).map((line) => line.split('\t'));
	expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(6);
	expect(cards.map(([id]) => id)).toEqual(all.map(({ id }) => id));
	for (const card of cards) {
		expect(card).toHaveLength(4);
		for (const part of card) expect(part).toMatch(/\S/);
		expect(card.join()).not.toMatch(/undefined|NaN|\[object|data-slot/);
	}
});
