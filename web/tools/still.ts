import { readFile } from 'node:fs/promises';
import { compile, parse } from 'svelte/compiler';
import type { Plugin } from 'vite';

/** A node of Svelte's syntax tree, as far as it matters here. */
interface Node {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly name?: string;
	readonly attributes?: readonly { readonly name?: string }[];
	readonly fragment?: { readonly nodes: readonly Node[] };
}

/**
 * What stands still is not sent twice. The content of an element with the attribute data-still is written by the
 * build and left alone by the client: words, formulas, worked steps and tables without live numbers travel in the
 * HTML only, and what they alone import is not in the client's scripts.
 *
 * Nothing within may need a script: no handler, no state, no attachment. Native details and links are fine, and
 * what the shell does for the whole page (lights, keyboard scrolling) works there too.
 */
export function still(): Plugin {
	const style = '?svelte&type=style&lang.css';
	let active = false;
	return {
		name: 'xent-still',
		enforce: 'pre',
		configResolved(config) {
			active = config.command === 'build' && !config.build.ssr; // the development server renders in the client
		},
		transform(source, id) {
			if (!active || !id.endsWith('.svelte') || !source.includes('data-still')) return null;
			return { code: withStyles(emptied(source)), map: null };
		},
		/**
		 * A style sheet is that of the whole component, and stays although no script uses the component: the compiler
		 * drops rules that it sees no element for, and the bundler sheets of components without a reference.
		 */
		async load(id) {
			if (!active || !id.endsWith(style)) return null;
			const filename = id.slice(0, -style.length);
			const { css } = compile(await readFile(filename, 'utf8'), { filename, css: 'external' });
			return css?.code ?? '';
		},
	};
}

/** The component with the content of every element data-still taken out. */
export function emptied(source: string): string {
	const contents: { start: number; end: number }[] = [];
	(function walk(value: unknown): void {
		if (Array.isArray(value)) return value.forEach(walk);
		if (value === null || typeof value !== 'object') return;
		const node = value as Node;
		const marked = node.attributes?.some((a) => a.name === 'data-still');
		if (!marked) return Object.values(node).forEach(walk);
		if (node.type !== 'RegularElement')
			throw new Error(`data-still on <${node.name}>: it marks elements, not components`);
		const inside = node.fragment!.nodes;
		if (inside.length > 0) contents.push({ start: inside[0]!.start, end: inside.at(-1)!.end });
	})(parse(source, { modern: true }).fragment);
	return contents.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), source);
}

/** The component with every component that it imports also imported for its style sheet, used or not. */
export function withStyles(source: string): string {
	return source.replace(/^\s*import \w+(?:, [^;]*)? from ('[^']+\.svelte');/gm, '$&\n\timport $1;');
}
