import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** A row of the table of losses in doc.go. */
export interface LossRow {
	readonly loss: string;
	readonly function: string;
	readonly options: string;
	readonly pytorch: string;
	readonly source: string;
}

/** Something that a package exports: a function, or a type. */
export interface Symbol {
	readonly name: string;
	readonly kind: 'func' | 'type';
	/** The first sentence of its comment. */
	readonly text: string;
	/** The formulas in its comment, as they stand there. */
	readonly formulas: readonly string[];
}

export interface Package {
	/** "xent", "xent/info". */
	readonly path: string;
	/** The first sentence of its comment. */
	readonly text: string;
	readonly symbols: readonly Symbol[];
}

/** What the reference shows of the Go library, read from its sources. */
export interface Library {
	readonly losses: readonly LossRow[];
	readonly packages: readonly Package[];
}

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The packages that programs import, each in the folder of its name. */
const folders = ['.', 'info', 'calib', 'eval', 'doctor', 'nn', 'train'];

/** The module "xent:library": the library's map and its packages, from the Go sources, so that nothing is said twice. */
export function library(): Plugin {
	const id = '\0xent:library';
	return {
		name: 'xent-library',
		resolveId: (source) => (source === 'xent:library' ? id : null),
		load(asked) {
			if (asked !== id) return null;
			for (const file of folders.flatMap(sources)) this.addWatchFile(file);
			return `export default ${JSON.stringify(readLibrary())}`;
		},
	};
}

/** The library as its sources describe it now. */
export function readLibrary(): Library {
	const packages = folders
		.filter((folder) => sources(folder).length > 0)
		.map((folder): Package => {
			const files = sources(folder).map((file) => readFileSync(file, 'utf8'));
			const text = files.map((f) => comment(f, /^package \w+/m)).find((c) => c.startsWith('Package ')) ?? '';
			return {
				path: folder === '.' ? 'xent' : `xent/${folder}`,
				text: sentence(text),
				symbols: files.flatMap(symbols).toSorted((a, b) => a.name.localeCompare(b.name, 'en')),
			};
		});
	return { losses: losses(readFileSync(join(repository, 'doc.go'), 'utf8')), packages };
}

/** The rows of the table under "# Map" in doc.go. */
export function losses(doc: string): LossRow[] {
	const lines = doc.split('\n').map((line) => line.replace(/^\/\/\t?/, ''));
	const first = lines.findIndex((line) => /^loss +function +options/.test(line));
	if (first < 0)
		throw new Error('doc.go: no table of losses, whose header begins with "loss function options"');
	const at = { function: lines[first]!.indexOf('function'), options: lines[first]!.indexOf('options') };
	const rows = lines.slice(first + 1, lines.indexOf('', first));
	return rows.map((line) => {
		const cells = line.slice(at.function).trim().split(/ {2,}/);
		// A row without options leaves their column blank; one that is all words has only these and a source.
		if (cells.length === 3 && line[at.options] === ' ') cells.splice(1, 0, '');
		if (cells.length < 4) cells.splice(1, 0, ...['', '', ''].slice(cells.length - 1));
		const [fn = '', options = '', pytorch = '', source = ''] = cells;
		const plain = (cell: string) => (cell === '-' ? '' : cell);
		return {
			loss: line.slice(0, at.function).trim(),
			function: fn,
			options: plain(options),
			pytorch: plain(pytorch),
			source: plain(source),
		};
	});
}

/** The exported functions and types of a file, with what their comments say. Methods belong to their types. */
export function symbols(source: string): Symbol[] {
	return [...source.matchAll(/^(func|type) ([A-Z]\w*)/gm)].map((match) => {
		const text = commentAbove(source, match.index);
		const name = match[2]!;
		const formulas = [...blocks(text), ...kinds(source, name)];
		return { kind: match[1] as 'func' | 'type', name, text: sentence(text), formulas };
	});
}

/** The constants of a type whose comments are formulas, one a line; nothing where they are words. */
function kinds(source: string, type: string): string[] {
	const block = new RegExp(`^const \\(\n\t\\w+ +${type} = iota[^]*?^\\)`, 'm').exec(source)?.[0] ?? '';
	const lines = [...block.matchAll(/^\t([A-Z]\w*)\b[^\n/]*\/\/ (.*)$/gm)].map((m) => ({
		name: m[1]!,
		text: m[2]!,
	}));
	const wide = Math.max(0, ...lines.map(({ name }) => name.length));
	if (lines.filter(({ text }) => /[Σ·]/.test(text)).length < 2) return [];
	return [lines.map(({ name, text }) => `${name.padEnd(wide)}  ${text}`).join('\n')];
}

/** The Go files of a package, without its tests. */
function sources(folder: string): string[] {
	const dir = join(repository, folder);
	let names: string[] = [];
	try {
		names = readdirSync(dir);
	} catch {
		// A package that is not there yet.
	}
	return names.filter((n) => n.endsWith('.go') && !n.endsWith('_test.go')).map((n) => join(dir, n));
}

/** The comment above what a pattern finds first, without its slashes. */
function comment(source: string, pattern: RegExp): string {
	const match = pattern.exec(source);
	return match ? commentAbove(source, match.index) : '';
}

function commentAbove(source: string, index: number): string {
	const lines = source.slice(0, index).split('\n').slice(0, -1);
	const from = lines.findLastIndex((line) => !line.startsWith('//')) + 1;
	return lines
		.slice(from)
		.map((line) => line.replace(/^\/\/ ?/, ''))
		.join('\n');
}

/** The first sentence of a comment, in one line and without the brackets of its links. */
function sentence(text: string): string {
	const paragraph = text
		.split(/\n\s*\n|\n\t/)[0]!
		.replace(/\s+/g, ' ')
		.trim();
	return (/^.*?[.:](?= |$)/.exec(paragraph)?.[0] ?? paragraph)
		.replace(/[:,]$/, '.')
		.replace(/\[([^\]]+)\]/g, '$1');
}

/** The indented blocks of a comment that hold a formula. */
function blocks(text: string): string[] {
	return (text.match(/(?:^\t.*\n?)+/gm) ?? [])
		.map((block) => block.trimEnd().replace(/^\t/gm, ''))
		.filter((block) => / = /.test(block) && !/:=|^\w+\(.*\)$/m.test(block));
}
