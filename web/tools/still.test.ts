import { expect, test } from 'vitest';
import { emptied, lightened } from './still';

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

test('what only still parts used is not imported, but for style sheets, theirs and of what they are made of', () => {
	const source = `<script lang="ts">
	import A from './A.svelte';
	import B, { type T } from '../lib/B.svelte';
	import C from './C.svelte';
	import { used, x as y } from './used';
	import {
		one,
		two,
	} from './unused';
	import type { Z } from './types';
	const t: T = used(C);
</script>`;
	const files: Record<string, string> = {
		'/src/pages/A.svelte': "\timport D from '../lib/D.svelte';\n\timport { d } from './d';\n",
		'/src/lib/D.svelte': "\timport A from '../pages/A.svelte';\n", // round in a circle
	};
	const imports = lightened(source, '/src/pages', (file) => files[file]!).match(/import [^;]*;/g);
	expect(imports).toEqual([
		'import "/src/pages/A.svelte?svelte&type=style&lang.css";',
		'import "/src/lib/D.svelte?svelte&type=style&lang.css";',
		"import B, { type T } from '../lib/B.svelte';",
		"import C from './C.svelte';",
		"import { used, x as y } from './used';",
		"import type { Z } from './types';",
	]);
});
