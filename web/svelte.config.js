import { scope } from './tools/scope.mjs';

/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
	compilerOptions: {
		// Every component uses runes; a forgotten `$state` is then an error, not a silent constant.
		runes: true,
		css: 'external',
		cssHash: scope,
	},
};
