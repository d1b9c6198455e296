import { beforeAll, describe, expect, test, vi } from 'vitest';
import { everyCore } from '../core/every';
import { index } from './glossary';
import { find, lookup, type Index } from './lookup';

let all: Index;
beforeAll(async () => {
	all = index(await everyCore());
});

const names = (query: string) => find(all, query).map((found) => found.name);

describe('a query', () => {
	test.each([
		['entropy', 'entropy', 'the name itself, before names that hold it'],
		['cross entropy', 'cross-entropy', 'a hyphen is a space'],
		['Kullback–Leibler', 'KL divergence', 'another name, with a dash'],
		['bce', 'binary cross-entropy', 'an abbreviation'],
		['smooth', 'label smoothing', 'a word within a name'],
		['top', 'sampling', 'the beginning of another name'],
		['padding costs', 'ignore index', 'words of its text'],
	])('%s finds %s first: %s', (query, want) => expect(names(query)[0]).toBe(want));

	test('ranks: the beginning of a name, then a word of it, then any of it, then the text', () => {
		const found = names('entropy');
		const at = (name: string) => found.indexOf(name);
		expect(at('entropy')).toBeLessThan(at('cross-entropy'));
		expect(at('cross-entropy')).toBeLessThan(at('perplexity'));
		expect(at('perplexity')).toBeGreaterThan(0);
	});

	test('finds sections too', () =>
		expect(names('two directions')).toContain('Entropy plus divergence: Two directions'));
	test('of nothing is every term', () => expect(find(all, ' ')).toEqual(all.terms));
	test('for what nobody wrote finds nothing', () => expect(find(all, 'zzz')).toEqual([]));
});

test('the glossary is fetched once, and again after a failure', async () => {
	const answers = [
		new Response('', { status: 503 }),
		new Response(JSON.stringify({ terms: [], sections: [] })),
	];
	const fetched = vi.fn(() => Promise.resolve(answers.shift()!));
	vi.stubGlobal('fetch', fetched);
	await expect(lookup('../')).rejects.toThrow(/503/);
	expect(await lookup('../')).toEqual({ terms: [], sections: [] });
	await lookup('../');
	expect(fetched.mock.calls).toEqual([['../ref/glossary.json'], ['../ref/glossary.json']]);
	vi.unstubAllGlobals();
});
