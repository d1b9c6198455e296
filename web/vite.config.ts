import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { content } from './tools/content.ts';
import { pages } from './tools/pages.ts';

export default defineConfig({
	plugins: [pages(), content(), svelte()],
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
