import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { linked, termOf } from './terms';

const pages = fileURLToPath(new URL('../src/pages', import.meta.url));
const defined = readdirSync(pages, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.svelte'))
	.flatMap((file) =>
		[...readFileSync(join(pages, file), 'utf8').matchAll(/<dfn\b[^>]*>(.*?)<\/dfn\s*>/gs)].map(
			([whole, text]) => ({
				file,
				whole: whole.replace(/\s+/g, ' '),
				text: text!,
			}),
		),
	);

test('a defined word becomes a link to its entry', () => {
	expect(linked('a <dfn>Cross-entropy</dfn> of', '../../')).toBe(
		'a <dfn><a href="../../ref/glossary/#cross-entropy" data-term="cross-entropy">Cross-entropy</a></dfn> of',
	);
	expect(linked('<dfn>Softmax</dfn\n\t>', '')).toBe(
		'<dfn><a href="ref/glossary/#softmax" data-term="softmax">Softmax</a></dfn>',
	);
	expect(linked('<dfn>nothing</dfn>', '')).toBe('<dfn>nothing</dfn>');
});

test('a term is known by its names, in any case, over a line break, and in the plural', () => {
	expect(termOf('KL divergence')).toBe('kl-divergence');
	expect(termOf('Relative\n\tentropy')).toBe('kl-divergence');
	expect(termOf('softmax')).toBe('softmax');
	expect(termOf('logits')).toBe('logit');
	expect(termOf('one-hot labels')).toBe('one-hot');
	expect(termOf('entropies of')).toBeUndefined();
});

test('every word that a page defines is in the glossary', () => {
	expect(defined.length).toBeGreaterThan(3);
	const unknown = defined.filter(({ text }) => text.includes('<') || !termOf(text));
	expect(unknown, 'add them to src/data/glossary.ts, as terms or among the other names of one').toEqual([]);
});

test('a page defines a term once, where it comes up first', () => {
	const seen = new Map<string, string[]>();
	for (const { file, text } of defined) {
		const key = `${join(file, '..')} ${termOf(text)}`;
		seen.set(key, [...(seen.get(key) ?? []), text]);
	}
	expect([...seen].filter(([, texts]) => texts.length > 1)).toEqual([]);
});
