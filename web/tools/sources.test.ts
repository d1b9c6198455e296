import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));
const sources = readdirSync(src, { recursive: true, withFileTypes: true })
	.filter((file) => file.isFile() && /\.(svelte|ts)$/.test(file.name) && !file.name.endsWith('.test.ts'))
	.map((file) => join(file.parentPath, file.name));

/** Where a pattern stands in the sources, as file:line. */
function places(pattern: RegExp, allowed: readonly string[] = []): string[] {
	expect(sources.length).toBeGreaterThan(30);
	return sources.flatMap((file) => {
		const name = relative(src, file).replaceAll('\\', '/');
		if (allowed.includes(name)) return [];
		const lines = readFileSync(file, 'utf8').split('\n');
		return lines.flatMap((line, i) => (pattern.test(line) ? [`${name}:${i + 1}: ${line.trim()}`] : []));
	});
}

const transcendental =
	/Math\s*\.\s*(exp|expm1|log|log2|log10|log1p|pow|LN2|LN10|LOG2E|LOG10E|E|sinh|cosh|tanh)\b/;

test('the core computes: no exponential and no logarithm outside the scales of axes', () => {
	expect(places(transcendental, ['lib/scales.ts'])).toEqual([]);
	expect(places(transcendental)).not.toEqual([]); // the pattern finds those that are allowed
});

test('no type is given up', () => {
	expect(places(/(:|<|as|\|)\s*any\b(?!\s+\w)|@ts-(ignore|nocheck|expect-error)/)).toEqual([]);
});

test('no inline style, which the policy of the pages forbids', () => {
	expect(places(/\sstyle(:[\w-]+)?=|setAttribute\('style'/)).toEqual([]);
});

test('nothing is loaded from elsewhere', () => {
	expect(places(/\b(src|href)="https?:|url\(\s*['"]?https?:|@import/)).toEqual([]);
});
