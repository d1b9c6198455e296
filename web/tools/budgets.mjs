// Fails when a page has grown beyond its budget, and prints what it weighs either way.
//
//	node tools/budgets.mjs
//
// Sizes are of the .gz files in dist/, in KB of 1000 bytes: what a reader on a slow line waits for.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * What a page, or the site, may weigh; from `warn` on it is said. Some are above their limit: they are held at what
 * they weigh, said as such, and may only fall.
 */
const budgets = /** @type {const} */ ({
	'JS of the start page': { limit: 45 },
	'JS of a chapter': { limit: 45 + 12 }, // what any page may weigh, and an explorer
	'JS of one chapter alone': { limit: 12 },
	'JS of the site': { limit: 130, held: 149 },
	'CSS of a page': { limit: 15 },
	'HTML of a page': { limit: 30 },
	'core and its glue': { limit: 700, warn: 620 },
	'core of the bench': { limit: 700, held: 962 }, // with the readers of files and the evaluator, and grows with them; see docs/decisions/0011
	'JS when asked for': { limit: 25 },
	'files of a page': { limit: 8, held: 9, unit: 'files' }, // scripts and style sheets: six travel at a time
	'from elsewhere': { limit: 0, unit: 'files' },
});

/** @typedef {keyof typeof budgets} Budget */
/** @typedef {{ budget: Budget, where: string, size: number }} Row */

const names = existsSync(dist)
	? readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'))
	: [];
const pages = names.filter((name) => name.endsWith('index.html')).sort((a, b) => a.length - b.length);
if (pages.length < 2) throw new Error(`${pages.length} pages in dist: run npm run build first`);

/** Kilobytes of files as they travel. @param {Iterable<string>} files */
const weight = (files) =>
	[...files].reduce((sum, file) => sum + statSync(join(dist, `${file}.gz`)).size, 0) / 1000;

/** The files that a page loads at once: scripts with what they import, style sheets. @param {string} page */
function loaded(page) {
	const html = readFileSync(join(dist, page), 'utf8');
	const elsewhere = [
		...html.matchAll(/<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?:[a-z]+:)?\/\/[^"]*"/g),
	];
	/** @param {RegExp} pattern */
	const find = (pattern) =>
		[...html.matchAll(pattern)].map((m) => posix.join(posix.dirname(page), /** @type {string} */ (m[1])));
	const scripts = new Set(
		find(/<script[^>]* src="([^"]+)"/g).concat(find(/<link rel="modulepreload" href="([^"]+)"/g)),
	);
	for (const script of scripts) {
		const text = readFileSync(join(dist, script), 'utf8');
		for (const m of text.matchAll(/\b(?:from|import)\s*["'](\.{1,2}\/[^"']+\.js)["']/g)) {
			scripts.add(posix.join(posix.dirname(script), /** @type {string} */ (m[1])));
		}
	}
	return {
		scripts,
		styles: new Set(find(/<link rel="stylesheet" href="([^"]+)"/g)),
		elsewhere: elsewhere.length,
	};
}

/** @type {Row[]} */
const rows = [];
const scriptsOf = new Map(pages.map((page) => [page, loaded(page).scripts]));
for (const page of pages) {
	const { scripts, styles, elsewhere } = loaded(page);
	if (scripts.size === 0 || styles.size === 0) throw new Error(`${page}: no script or no style found`);
	const where = `/${page.replace('index.html', '')}`;
	rows.push(
		{ budget: page === pages[0] ? 'JS of the start page' : 'JS of a chapter', where, size: weight(scripts) },
		{ budget: 'CSS of a page', where, size: weight(styles) },
		{ budget: 'HTML of a page', where, size: weight([page]) },
		{ budget: 'files of a page', where, size: scripts.size + styles.size },
		{ budget: 'from elsewhere', where, size: elsewhere },
	);
	const own = [...scripts].filter((s) =>
		[...scriptsOf].every(([other, all]) => other === page || !all.has(s)),
	);
	if (page !== pages[0]) rows.push({ budget: 'JS of one chapter alone', where, size: weight(own) });
}
rows.push({ budget: 'JS of the site', where: 'all', size: weight(names.filter((n) => n.endsWith('.js'))) });
const cores = names.filter((name) => name.endsWith('.wasm'));
if (cores.length !== 4) throw new Error(`${cores.length} cores in dist, want 4`);
// What no page loads at once comes after the first paint with the core, or when a reader asks for it.
const later = names.filter(
	(n) => n.startsWith('assets/') && n.endsWith('.js') && ![...scriptsOf.values()].some((all) => all.has(n)),
);
const binds = (/** @type {string} */ file) => readFileSync(join(dist, file), 'utf8').includes('WebAssembly.');
for (const core of cores) {
	const where = posix.basename(core).replace(/-.*/, '');
	const budget = where === 'bench' ? 'core of the bench' : 'core and its glue';
	rows.push({ budget, where, size: weight([core, ...later.filter(binds)]) }); // a page loads one
}
rows.push({ budget: 'JS when asked for', where: 'all', size: weight(later.filter((n) => !binds(n))) });

const order = /** @type {Budget[]} */ (Object.keys(budgets));
rows.sort((a, b) => order.indexOf(a.budget) - order.indexOf(b.budget));
let over = 0;
for (const { budget, where, size } of rows) {
	const {
		limit,
		warn,
		held,
		unit = 'KB',
	} = /** @type {{ limit: number, warn?: number, held?: number, unit?: string }} */ (budgets[budget]);
	const most = held ?? limit;
	const verdict =
		size > most
			? 'OVER'
			: size > limit
				? `ABOVE THE LIMIT, held at ${most}`
				: warn !== undefined && size > warn
					? `ok, above ${warn}`
					: 'ok';
	if (size > most) over++;
	console.log(
		`${budget.padEnd(26)} ${where.padEnd(16)} ${size.toFixed(1).padStart(7)} of ${String(limit).padStart(3)} ${unit}  ${verdict}`,
	);
}
if (over > 0) {
	console.error(`${over} over budget`);
	process.exit(1);
}
