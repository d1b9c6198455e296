import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compile, parse } from 'svelte/compiler';
import type { Plugin } from 'vite';
import { scope } from './scope.mjs';

/** A node of Svelte's syntax tree, as far as it matters here. */
interface Node {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly name?: string;
	readonly attributes?: readonly { readonly name?: string }[];
	readonly fragment?: { readonly nodes: readonly Node[] };
}

/** What asks for the style sheet of a component. */
const style = '?svelte&type=style&lang.css';

/**
 * What stands still is not sent twice. The content of an element with the attribute data-still is written by the
 * build and left alone by the client: words, formulas, worked steps and tables without live numbers travel in the
 * HTML only, and what they alone import is not in the client's scripts.
 *
 * Nothing within may need a script: no handler, no state, no attachment. Native details and links are fine, and
 * what the shell does for the whole page (lights, keyboard scrolling) works there too.
 */
export function still(): Plugin {
	let active = false;
	return {
		name: 'xent-still',
		enforce: 'pre',
		configResolved(config) {
			active = config.command === 'build' && !config.build.ssr; // the development server renders in the client
		},
		transform(source, id) {
			if (!active || !id.endsWith('.svelte') || !source.includes('data-still')) return null;
			return { code: lightened(emptied(source), dirname(id)), map: null };
		},
		/**
		 * A style sheet is that of the whole component, and stays although no script uses the component: the compiler
		 * drops rules that it sees no element for, and the bundler sheets of components without a reference.
		 */
		async load(id) {
			if (!active || !id.endsWith(style)) return null;
			const filename = id.slice(0, -style.length);
			const { css } = compile(await readFile(filename, 'utf8'), {
				filename,
				css: 'external',
				cssHash: scope,
			});
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

/** A component is named with a capital letter; the other .svelte are modules, with .ts behind that. */
const component = /(^|\/)[A-Z]\w*\.svelte$/;
const imports = /^\s*import (?!type\b)([^;'"]+) from '([^']+)';/gm;

/**
 * The component without the imports that nothing in it uses any more, so that no script waits for them; of components
 * among them the style sheets stay, and those of the components that they import in turn. Paths are seen from folder.
 */
export function lightened(
	source: string,
	folder: string,
	read = (file: string) => readFileSync(file, 'utf8'),
): string {
	const rest = source.replace(imports, '');
	const uses = (clause: string) =>
		(clause.replace(/\b(type|as)\b/g, '').match(/[\w$]+/g) ?? []).some((name) =>
			new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}(?![\\w$])`).test(rest),
		);
	return source.replace(imports, (whole, clause: string, from: string) => {
		if (uses(clause)) return whole;
		return component.test(from) ? sheets(join(folder, from), read) : '';
	});
}

/** Imports of the style sheets of a component and of all that it imports. */
function sheets(of: string, read: (file: string) => string): string {
	const found = new Set([of]);
	for (const file of found)
		for (const [, , from] of read(file).matchAll(imports))
			if (component.test(from!)) found.add(join(dirname(file), from!));
	return [...found].map((file) => `\n\timport ${JSON.stringify(file + style)};`).join('');
}
