import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { content } from './tools/content.ts';
import { library } from './tools/library.ts';
import { pages } from './tools/pages.ts';
import { still } from './tools/still.ts';
import { terms } from './tools/terms.ts';

/** svelte-check warns of whole components; the client's build sees them emptied (tools/still.ts). */
const onwarn = () => {};

export default defineConfig({
	plugins: [pages(), library(), terms(), still(), content(), svelte({ onwarn })],
	base: './',
	build: {
		target: 'es2023',
		assetsInlineLimit: 0, // the policy of the pages allows no data: addresses
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
	},
	resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
	test: { include: ['src/**/*.test.ts', 'tools/**/*.test.ts'], environment: 'node' },
});
