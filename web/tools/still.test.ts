import { expect, test } from 'vitest';
import { emptied, withStyles } from './still';

test('what stands still is taken out, what lives stays', () => {
	const source = '<h1 data-still>{title}</h1><p>now {n}</p><div data-still><B x={1}>b</B><i>c</i></div>';
	expect(emptied(source)).toBe('<h1 data-still></h1><p>now {n}</p><div data-still></div>');
});

test('within blocks and components too', () => {
	const source = '<A>{#if x}<p data-still>a</p>{:else}<p data-still>b {n}</p>{/if}</A>';
	expect(emptied(source)).toBe('<A>{#if x}<p data-still></p>{:else}<p data-still></p>{/if}</A>');
});

test('a component cannot be left alone: its element can', () => {
	expect(() => emptied('<A data-still>a</A>')).toThrow(/marks elements/);
});

test('what only still parts import keeps its style sheet', () => {
	const source =
		"<script>\n\timport A from './A.svelte';\n\timport B, { type T } from '../B.svelte';\n\timport c from './c';\n";
	expect(
		withStyles(source)
			.match(/^\s*import '.*';$/gm)
			?.map((line) => line.trim()),
	).toEqual(["import './A.svelte';", "import '../B.svelte';"]);
});
