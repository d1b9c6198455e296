import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from 'svelte/compiler';
import { parseAst, type Plugin } from 'vite';
import { emptied, lightened } from './still.ts';

/** A node of the syntax tree of JavaScript, as far as it matters here. */
interface Node {
	readonly type: string;
	readonly start: number;
	readonly end: number;
	readonly [key: string]: unknown;
}

/** Whether something stands: in its component, wherever that may be, and in the page. */
type Place = 'component' | 'page';

/**
 * A function that renders markup: a component, a snippet, what a block shows. It stands if whatever calls it stands:
 * then it runs once, when the page comes to life. Each of its calls is a condition for that.
 */
class Piece {
	readonly stands: Record<Place, boolean> = { component: true, page: true };
	readonly calls: ((place: Place) => boolean)[];

	constructor(...calls: ((place: Place) => boolean)[]) {
		this.calls = calls;
	}
}

/** A component: its body and the pieces in it, and which of them clone a template or render a snippet it is given. */
class Component {
	readonly body = new Piece();
	readonly pieces: Piece[] = [];
	readonly clones = new Map<string, Piece[]>();
	readonly renders = new Map<string, Piece[]>();
	called = false;
}

const never = (): boolean => false;
const page = /(^|\/)(App|Page)\.svelte$/; // each is started once, by the script of the page
const named = /\/[A-Z]\w*\.svelte$/;

/**
 * Templates that no script needs are left out. A component is compiled to templates, cloned when markup appears later,
 * and to code that walks over what is there. A page is never made anew in the client (src/start.ts): what stands
 * outside of every block ({#if}, {#each}, {#await}, {#key}) is found in the HTML, and its template is never cloned.
 *
 * A component must stand so wherever it is used, and a snippet wherever it is rendered.
 */
export function standing(folder: string): Plugin {
	let found = new Map<string, Set<string>>();
	let active = false;
	return {
		name: 'xent-standing',
		enforce: 'post',
		configResolved(config) {
			active = config.command === 'build' && !config.build.ssr; // the development server renders in the client
		},
		buildStart() {
			if (active) found = unneeded(modules(folder));
		},
		transform(code, id) {
			return active && named.test(id) ? { code: without(code, found.get(id) ?? new Set()), map: null } : null;
		},
	};
}

/** The modules of the client below a folder, by path, as the compiler is given them. */
function modules(folder: string): Map<string, string> {
	const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => /\.(svelte|ts)$/.test(name))
		.map((name) => join(folder, name));
	const read = (file: string) => {
		const text = readFileSync(file, 'utf8');
		return named.test(file) ? lightened(emptied(text), dirname(file)) : text;
	};
	return new Map(files.map((file) => [file, read(file)]));
}

/** The names of the templates that are never cloned, by the path of the component; of modules by path. */
export function unneeded(sources: ReadonlyMap<string, string>): Map<string, Set<string>> {
	const all = new Map<string, Component>();
	const at = (path: string) => all.get(path) ?? all.set(path, new Component()).get(path)!;
	for (const [file, source] of sources) {
		if (named.test(file)) {
			const { js } = compile(source, { filename: file, generate: 'client', runes: true, css: 'external' });
			survey(js.code, at(file), (from) => at(join(dirname(file), from)));
		} else {
			// What a script imports it may mount at any time.
			for (const [, from] of source.matchAll(/\bimport\b[^;'"]*'([^']+\.svelte)'/g))
				if (!page.test(from!)) at(join(dirname(file), from!)).body.calls.push(never);
		}
	}
	for (const [path, { called, body }] of all) if (!called && !page.test(path)) body.calls.push(never);
	settle([...all.values()]);
	const found = new Map<string, Set<string>>();
	for (const [path, { clones }] of all) {
		const names = [...clones].filter(([, pieces]) => pieces.every((p) => p.stands.page));
		if (names.length > 0) found.set(path, new Set(names.map(([name]) => name)));
	}
	return found;
}

/** Lets fall what does not stand, and then what stood on that, until the rest does. */
function settle(all: readonly Component[]): void {
	for (let fell = true; fell;) {
		fell = false;
		for (const { body, pieces } of all)
			for (const piece of [body, ...pieces])
				for (const place of ['component', 'page'] as const) {
					if (!piece.stands[place] || (piece === body && place === 'component')) continue;
					piece.stands[place] = piece.calls.every((stands) => stands(place));
					fell ||= !piece.stands[place];
				}
	}
}

/** A compiled component without the text of its templates of these names, and without the list of slots: it has none. */
export function without(code: string, names: ReadonlySet<string>): string {
	const template = /^var (root\w*) = \$\.from_(?:html|svg|mathml)\(`(?:[^`\\]|\\.)*`(?:, \d+)?\);$/gm;
	return code
		.replace(/,\s*\$\$slots: \{[^{}]*\}/g, '')
		.replace(template, (whole, name: string) => (names.has(name) ? `var ${name} = $.from_html('');` : whole));
}

/** Enters into a component what its compiled code renders, and on what it depends whether that stands. */
function survey(code: string, self: Component, imported: (from: string) => Component): void {
	const components = new Map<string, Component>();
	/** Functions that render, by the names they have where the walk is. */
	let scope: ReadonlyMap<string, Piece> = new Map();

	const add = (to: Map<string, Piece[]>, name: string, piece: Piece) =>
		to.set(name, [...(to.get(name) ?? []), piece]);
	const piece = (...calls: ((place: Place) => boolean)[]) => {
		const made = new Piece(...calls);
		self.pieces.push(made);
		return made;
	};
	const nowhere = piece(never);

	/** What is given to a component as a snippet stands if the component does here, and there renders it standing. */
	const given = (to: Component, name: string, here: Piece) => (place: Place) => {
		const renders = to.renders.get(name) ?? [];
		return here.stands[place] && renders.length > 0 && renders.every((p) => p.stands.component);
	};

	/** Names the functions that a block declares before it is walked over, for they may be used above. */
	function block(statements: readonly Node[], here: Piece): void {
		const outer = scope;
		const inner = new Map(outer);
		for (const { type, declarations } of statements)
			if (type === 'VariableDeclaration')
				for (const { id, init } of declarations as { id: Node; init?: Node }[])
					if (id.type === 'Identifier') {
						if (renders(init)) inner.set(id.name as string, piece());
						else inner.delete(id.name as string);
					}
		scope = inner;
		for (const statement of statements) walk(statement, here);
		scope = outer;
	}

	function props(value: Node | undefined, to: Component, here: Piece): void {
		if (value?.type === 'CallExpression')
			return (value.arguments as Node[]).forEach((a) => props(a, to, here));
		if (value?.type !== 'ObjectExpression') return walk(value, here);
		for (const property of value.properties as (Node & { key: Node; value: Node })[]) {
			const name = property.key?.name as string;
			const known = property.value?.type === 'Identifier' && scope.get(property.value.name as string);
			if (known) known.calls.push(given(to, name, here));
			else if (renders(property.value)) walk(property.value.body, piece(given(to, name, here)));
			else walk(property, here);
		}
	}

	function call(node: Node, here: Piece): void {
		const callee = node.callee as Node;
		const args = node.arguments as readonly Node[];
		const name = callee.name as string;
		const to = callee.type === 'Identifier' ? components.get(name) : undefined;
		if (to) {
			to.called = true;
			to.body.calls.push(() => here.stands.page);
			walk(args[0], here);
			props(args[1], to, here);
		} else if (callee.type === 'Identifier' && scope.has(name)) {
			scope.get(name)!.calls.push((place) => here.stands[place]);
			args.forEach((a) => walk(a, here));
		} else if (callee.type === 'Identifier' && /^root(_\d+)?$/.test(name)) {
			add(self.clones, name, here);
		} else {
			const text = code.slice(node.start, node.end);
			const snippet = /^\$\.snippet\(\w+, \(\) => \$\$props\.(\w+)( \?\? \$\.noop)?\)$/.exec(text)?.[1];
			const prop = /^\$\.prop\(\$\$props, '(\w+)'/.exec(text)?.[1];
			if (snippet) return void add(self.renders, snippet, here);
			if (prop) add(self.renders, prop, nowhere);
			walk(callee, here);
			args.forEach((a) => walk(a, here));
		}
	}

	function walk(value: unknown, here: Piece): void {
		if (Array.isArray(value)) return value.forEach((v) => walk(v, here));
		if (value === null || typeof value !== 'object') return;
		const node = value as Node;
		switch (node.type) {
			case 'ImportDeclaration': {
				const from = (node.source as Node).value as string;
				const [specifier] = node.specifiers as { local: Node }[];
				if (specifier && named.test(`/${from}`))
					components.set(specifier.local.name as string, imported(from));
				return;
			}
			case 'ImportExpression':
				if (named.test((node.source as Node).value as string))
					imported((node.source as Node).value as string).body.calls.push(never);
				return;
			case 'ExportDefaultDeclaration':
				return walk((node.declaration as Node).body, self.body);
			case 'Program':
			case 'BlockStatement':
				return block(node.body as Node[], here);
			case 'VariableDeclarator': {
				const known = renders(node.init as Node) && scope.get((node.id as Node).name as string);
				return known ? walk((node.init as Node).body, known) : walk(node.init, here);
			}
			case 'ArrowFunctionExpression':
			case 'FunctionExpression':
			case 'FunctionDeclaration':
				return walk(node.body, nowhere);
			case 'CallExpression':
				return call(node, here);
			case 'MemberExpression':
				if ((node.object as Node).name === '$$props' && !node.computed)
					return void add(self.renders, (node.property as Node).name as string, nowhere);
				walk(node.object, here);
				return node.computed ? walk(node.property, here) : undefined;
			case 'Property':
				if (node.computed) walk(node.key, here);
				return walk(node.value, here);
			case 'Identifier':
				scope.get(node.name as string)?.calls.push(never); // used otherwise: who knows where it is called
				components.get(node.name as string)?.body.calls.push(never);
				return;
			default:
				Object.values(node).forEach((v) => walk(v, here));
		}
	}

	walk(parseAst(code), nowhere);
	if (/\$\.(rest_props|legacy_rest_props)\(/.test(code))
		for (const name of self.renders.keys()) add(self.renders, name, nowhere);
}

/** Whether a value is a function that renders. */
const renders = (value: unknown): value is Node =>
	(value as Node | undefined)?.type === 'ArrowFunctionExpression' &&
	((value as Node).params as Node[])[0]?.name === '$$anchor';
