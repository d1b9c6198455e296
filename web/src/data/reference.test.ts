import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../core/every';
import type { Lab } from '../core/load';
import { place } from '../lib/places';
import { routes } from '../routes';
import { corrections } from './corrections';
import { glossary } from './glossary';
import { timeline } from './timeline';
import { works } from './works';

let lab: Lab;
beforeAll(async () => {
	lab = await everyCore();
});

const ids = glossary.map((term) => term.id);
const pages = fileURLToPath(new URL('../pages', import.meta.url));

/** What the notes on the pages quote. */
function said(): string[] {
	const files = readdirSync(pages, { recursive: true, encoding: 'utf8' }).filter((f) =>
		f.endsWith('.svelte'),
	);
	return files.flatMap((file) =>
		[...readFileSync(join(pages, file), 'utf8').matchAll(/<Correction\s+said="([^"]*)"/g)].map((m) => m[1]!),
	);
}

describe('the glossary', () => {
	test('is about as long as it should be, in order, each term once', () => {
		expect(glossary.length).toBeGreaterThanOrEqual(40);
		const names = glossary.map((term) => term.name);
		expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en')));
		const all = glossary.flatMap((term) => [term.name, ...(term.also ?? [])].map((n) => n.toLowerCase()));
		expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
		expect(new Set(ids).size).toBe(ids.length);
	});

	test.each(glossary)('$name: says enough, and leads on', (term) => {
		expect(term.id).toMatch(/^[a-z][a-z-]*$/);
		expect(term.text).toMatch(/^[A-Z].{50,}[.]$/);
		expect(term.text.length).toBeLessThan(330);
		expect(term.where.length).toBeGreaterThan(0);
		for (const to of term.where) expect(() => place(routes[0], to), to).not.toThrow();
		for (const to of term.see ?? []) {
			expect(ids).toContain(to);
			expect(to).not.toBe(term.id);
		}
		expect(term.math?.() ?? '<math').toMatch(/^<math/);
		if (term.example) expect(term.example(lab)).toMatch(/\d[^<]*\.$/);
	});
});

test('every step of the timeline has its works, and they are not later than it', () => {
	const years = timeline.map((event) => Number(/\d{4}/.exec(event.when)![0]));
	expect(years).toEqual(years.toSorted((a, b) => a - b));
	for (const event of timeline) {
		expect(event.works.length).toBeGreaterThan(0);
		for (const id of event.works) expect(works.map((work) => work.id)).toContain(id);
	}
});

test('the works stand by year and author, each once', () => {
	const order = works.map((work) => `${work.year} ${work.authors.replace(/^(\S+\. ?)+/, '')}`);
	expect(order).toEqual(order.toSorted((a, b) => a.localeCompare(b, 'en')));
	for (const work of works) expect(work.cite).toMatch(new RegExp(`${work.year}b?$`));
	expect(new Set(works.map((work) => work.id)).size).toBe(works.length);
});

describe('the corrections', () => {
	test.each(corrections)('$id', (correction) => {
		expect(correction.right(lab)).toMatch(/^[A-Z].{60,}\.$/);
		expect(correction.right(lab)).not.toMatch(/NaN|undefined/);
		for (const to of correction.where) expect(() => place(routes[0], to), to).not.toThrow();
	});

	test('are those that a page notes, in the same words', () => {
		const notes = said();
		expect(notes.length).toBeGreaterThan(3);
		const shared = corrections.filter((c) => notes.includes(c.said));
		expect(shared.length).toBeGreaterThanOrEqual(4);
	});
});
