import { expect, test } from 'vitest';
import { unneeded, without } from './standing';

/** The templates that are left out of components, as the number of each of them. */
function left(
	components: Record<string, string>,
	scripts: Record<string, string> = {},
): Record<string, string[]> {
	const files = Object.entries({ ...components, ...scripts }).map(
		([n, text]) => [`/src/${n}`, text] as const,
	);
	const found = unneeded(new Map(files));
	return Object.fromEntries(
		[...found].map(([path, names]) => [path.slice('/src/'.length), [...names].sort()]),
	);
}

const uses = (...names: string[]) =>
	`<script>${names.map((n) => `import ${n} from './${n}.svelte';`).join('')} let { x, y, ...z } = $props();</script>`;

const leaf = '<p>leaf</p>';
const frame = '<script>let { children, key } = $props();</script><div>{@render children()}</div>';

test.each([
	['a page outside of blocks', { 'Page.svelte': '<p>here</p>' }, { 'Page.svelte': ['root'] }],
	[
		'not what a block shows',
		{ 'Page.svelte': '<p>a</p>{#if x}<i>b</i>{/if}' },
		{ 'Page.svelte': ['root_1'] },
	],
	['nor a list', { 'Page.svelte': '{#each [1] as n}<i>{n}</i>{/each}' }, {}],
	['nor what comes anew with a key', { 'Page.svelte': '{#key x}<i>b</i>{/key}' }, {}],
	['nor what waits', { 'Page.svelte': '{#await x}<i>b</i>{/await}' }, {}],
	[
		'a component that stands',
		{ 'Page.svelte': `${uses('A')}<A />`, 'A.svelte': leaf },
		{ 'A.svelte': ['root'] },
	],
	['not one within a block', { 'Page.svelte': `${uses('A')}{#if x}<A />{/if}`, 'A.svelte': leaf }, {}],
	[
		'nor one that also comes within a block elsewhere',
		{
			'Page.svelte': `${uses('A', 'B')}<A /><B />`,
			'A.svelte': leaf,
			'B.svelte': `${uses('A')}{#if x}<A />{/if}`,
		},
		{ 'Page.svelte': ['root'] },
	],
	[
		'nor what only such a one holds',
		{
			'Page.svelte': `${uses('B')}{#if x}<B />{/if}`,
			'B.svelte': `${uses('A')}<b><A /></b>`,
			'A.svelte': leaf,
		},
		{},
	],
	[
		'what a component renders that stands',
		{ 'Page.svelte': `${uses('A')}<A><p>b</p></A>`, 'A.svelte': frame },
		{ 'Page.svelte': ['root'], 'A.svelte': ['root'] },
	],
	[
		'what it stands in may come and go elsewhere',
		{
			'Page.svelte': `${uses('A', 'B')}<A><p>b</p></A>{#if x}<B />{/if}`,
			'A.svelte': frame,
			'B.svelte': `${uses('A')}<A><p>c</p></A>`,
		},
		{ 'Page.svelte': ['root', 'root_1'] },
	],
	[
		'not what a component renders within a block',
		{
			'Page.svelte': `${uses('A')}<A><p>b</p></A>`,
			'A.svelte': '<script>let { children } = $props();</script>{#if 1 + 1}{@render children()}{/if}',
		},
		{},
	],
	[
		'nor what it renders nowhere',
		{ 'Page.svelte': `${uses('A')}<A><p>b</p></A>`, 'A.svelte': leaf },
		{ 'A.svelte': ['root'] },
	],
	[
		'nor what it hands on',
		{
			'Page.svelte': `${uses('A')}<A><p>b</p></A>`,
			'A.svelte': `<script>import B from './B.svelte'; let { children } = $props();</script>{@render children()}<B {children} />`,
			'B.svelte': '<script>let { children } = $props();</script>{#if 1 + 1}{@render children()}{/if}',
		},
		{ 'A.svelte': ['root'] },
	],
	[
		'a snippet by its name',
		{
			'Page.svelte': `${uses('A')}<A>{#snippet key()}<p>b</p>{/snippet}</A>`,
			'A.svelte': '<script>let { key } = $props();</script>{@render key()}',
		},
		{ 'Page.svelte': ['root'] },
	],
	[
		'not a snippet rendered within a block',
		{ 'Page.svelte': '{#snippet s()}<i>a</i>{/snippet}{@render s()}{#if x}{@render s()}{/if}' },
		{ 'Page.svelte': ['root_1'] }, // the places of both
	],
])('left out is %s', (_, components, want) => {
	expect(left(components as Record<string, string>)).toMatchObject(want);
	for (const [file, names] of Object.entries(left(components as Record<string, string>)))
		expect(names).toEqual((want as Record<string, string[]>)[file] ?? []);
});

test('what a script may mount at any time needs its templates', () => {
	const components = { 'Page.svelte': `${uses('A')}<A />`, 'A.svelte': leaf };
	expect(left(components, { 'main.ts': "import Page from './Page.svelte';\n" })).toHaveProperty('A.svelte');
	expect(left(components, { 'm.ts': "import A from './A.svelte';\n" })).not.toHaveProperty('A.svelte');
	expect(left(components, { 'm.ts': "const a = import('./A.svelte');\n" })).not.toHaveProperty('A.svelte');
});

test('only the text of a template goes', () => {
	const code =
		'var root = $.from_html(`<p>a \\` b</p>`);\nvar root_1 = $.from_svg(`<g></g><g></g>`, 1);\nvar n = root();';
	expect(without(code, new Set(['root_1']))).toBe(
		code.replace('$.from_svg(`<g></g><g></g>`, 1)', "$.from_html('')"),
	);
	expect(without(code, new Set(['root']))).toBe(code.replace('`<p>a \\` b</p>`', "''"));
});

test('snippets are given, and not listed as slots as well', () => {
	const code = 'A(node, {\n\tchildren: c,\n\t$$slots: { default: true, key: true }\n});';
	expect(without(code, new Set())).toBe('A(node, {\n\tchildren: c\n});');
});
