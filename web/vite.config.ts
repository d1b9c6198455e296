import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { content } from './tools/content.ts';
import { library } from './tools/library.ts';
import { pages } from './tools/pages.ts';
import { standing } from './tools/standing.ts';
import { still } from './tools/still.ts';
import { terms } from './tools/terms.ts';

/** svelte-check warns of whole components; the client's build sees them emptied (tools/still.ts). */
const onwarn = () => {};

/**
 * Scripts and style sheets travel in three files each: what every page needs, what explorers need, and the page's own.
 * Each file more costs the first paint on a slow line a share of a round trip. What comes later, when it is asked for,
 * stays by itself; questions and progress come together, and so does what explains a word.
 */
const groups = [
	{
		name: 'base',
		test: /\/node_modules\/|preload-helper|\/src\/(start|App|routes|core\/limits|data\/digits)|\/src\/lib\/(Shell|Segments|DragBar|share\/(codec|hash)|progress\/evidence|[a-z.]+\.ts$)/,
		tags: ['$initial' as const],
	},
	{
		name: 'explorer',
		test: /\/src\/lib\/((?!items\/|progress\/|share\/)|.*&type=style)/,
		tags: ['$initial' as const],
		minShareCount: 2,
	},
	{ name: 'questions', test: /\/src\/lib\/(items|progress)\// },
	{ name: 'words', test: /\/src\/lib\/(Search|Definition|lookup)/ },
];

export default defineConfig({
	plugins: [
		pages(),
		library(),
		terms(),
		still(),
		content(),
		svelte({ onwarn }),
		standing(join(import.meta.dirname, 'src')),
	],
	base: './',
	build: {
		target: 'es2023',
		assetsInlineLimit: 0, // the policy of the pages allows no data: addresses
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
		rolldownOptions: {
			output: { codeSplitting: { groups } },
			// A module of ours that nobody uses is not sent; the style sheets of components are.
			treeshake: {
				moduleSideEffects: [{ test: /\/src\/(?!.*\/(main|worker)\.ts$).*\.ts$/, sideEffects: false }],
			},
		},
	},
	resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
	test: {
		include: ['src/**/*.test.ts', 'tools/**/*.test.ts'],
		environment: 'node',
		maxWorkers: availableParallelism(), // by default one core is left idle
	},
});
