// Builds the site into dist/: the core, the client's files, then every page rendered with the core's numbers.
//
//	node tools/build.mjs
//
// dist/ holds what a static server needs: HTML, assets named by their content, the core, the service worker, and a
// .gz and a .br beside whatever is text or code. It is built aside and put in place whole: a build that fails
// leaves the last one.
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	renameSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join, parse, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { packed, suffixes, unpacked } from './pack.mjs';

const web = fileURLToPath(new URL('..', import.meta.url));
process.chdir(web);
process.env.NODE_ENV = 'production';
const started = performance.now();

const { cores } = await import('./wasm.mjs');
const coresPacked = new Map(cores.map((name) => [name, packedCore(`${name}.wasm`)])); // while the rest is built
const aside = mkdtempSync(join(web, 'generated', 'build-'));
process.once('exit', () => rmSync(aside, { recursive: true, force: true }));
const dist = join(aside, 'dist');
const server = join(aside, 'prerender');
await build({ logLevel: 'warn', build: { outDir: dist } });
await build({
	logLevel: 'warn',
	build: {
		ssr: 'src/prerender.ts',
		outDir: server,
		copyPublicDir: false,
		rolldownOptions: { checks: { bundlerTimings: false, ineffectiveDynamicImport: false } },
	},
});

/** @typedef {{ file: string, css?: string[], imports?: string[], isEntry?: boolean }} Chunk */
/** @type {Record<string, Chunk>} */
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
for (const { file, imports = [] } of Object.values(manifest)) {
	// An entry starts its page: a chunk that imports one would start that page within another.
	const entry = imports.find((key) => chunk(key).isEntry);
	if (entry) throw new Error(`${file} imports ${entry}: move what they share into a module of its own`);
}
const {
	prerender,
	index,
	routes,
	files: beside,
	everyCore,
} = await import(pathToFileURL(join(server, 'prerender.js')).href);
const [early, icon] = ['early.js', 'icon.svg'].map(named);
const lab = await everyCore(pathToFileURL(join(web, 'generated/')));
// The pages that list what stands on the others come when these have been rendered.
const last = routes.filter((/** @type {{ path: string }} */ { path }) =>
	['teach/', 'ref/history/'].includes(path),
);
for (const route of [...routes.filter((/** @type {unknown} */ r) => !last.includes(r)), ...last]) {
	const entry = `src/pages/${route.dir}/main.ts`;
	const keys = [...reachable(entry)];
	const html = prerender(route, lab, {
		early,
		icon,
		core: chunk(`generated/${route.core ?? 'chapters'}.wasm`).file,
		script: chunk(entry).file,
		worker: route.worker ? chunk(`src/pages/${route.dir}/worker.ts`).file : undefined,
		preload: keys.filter((k) => k !== entry).map((k) => chunk(k).file),
		styles: [...new Set(keys.flatMap((k) => chunk(k).css ?? []))],
	});
	const file = join(dist, route.path, 'index.html');
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, html);
}
writeFileSync(join(dist, 'ref/glossary.json'), JSON.stringify(index(lab)));
for (const [name, text] of Object.entries(beside(lab))) writeFileSync(join(dist, name), text);
rmSync(join(dist, '.vite'), { recursive: true });
await build({
	configFile: false,
	logLevel: 'warn',
	define: { FILES: JSON.stringify(version()) },
	build: {
		outDir: dist,
		emptyOutDir: false,
		copyPublicDir: false,
		rolldownOptions: {
			input: 'src/offline/worker.ts',
			output: { format: 'iife', entryFileNames: 'sw.js' },
		},
	},
});

const all = files(dist);
await Promise.all(
	all.flatMap((file) =>
		suffixes.map(async (suffix) => {
			const core = coresPacked.get(/([a-z]+)-[^/]+\.wasm$/.exec(file)?.[1] ?? '');
			if (core) writeFileSync(`${file}.${suffix}`, (await core)[suffix]);
			else if (/\.(html|js|css|svg|json|txt)$/.test(file))
				writeFileSync(`${file}.${suffix}`, await packed(readFileSync(file), suffix, file));
		}),
	),
);
const place = join(web, 'dist');
rmSync(place, { recursive: true, force: true });
renameSync(dist, place);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${all.length} files in ${relative(process.cwd(), place)}, ${seconds} s`);

/**
 * Names a file of the site by its content, as the bundler names its own, and returns the new name.
 * @param {string} file
 */
function named(file) {
	const { name, ext } = parse(file);
	const hash = createHash('sha256')
		.update(readFileSync(join(dist, file)))
		.digest('base64url');
	const to = `assets/${name}-${hash.slice(0, 8)}${ext}`;
	renameSync(join(dist, file), join(dist, to));
	return to;
}

/** The files of the site for the service worker: addresses below its root, with a hash of what is there. */
function version() {
	return Object.fromEntries(
		files(dist).map((file) => [
			relative(dist, file)
				.replaceAll(sep, '/')
				.replace(/(^|\/)index\.html$/, '$1'),
			createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12),
		]),
	);
}

/**
 * A core packed in each way, which is kept beside it for as long as it is the same.
 * @param {string} name
 */
async function packedCore(name) {
	const file = join(web, 'generated', name);
	const core = readFileSync(file);
	/** @param {import('./pack.mjs').Suffix} suffix */
	const one = async (suffix) => {
		const kept = `${file}.${suffix}`;
		if (existsSync(kept)) {
			const before = readFileSync(kept);
			if (unpacked(before, suffix).equals(core)) return before;
		}
		const now = await packed(core, suffix, name);
		writeFileSync(kept, now);
		return now;
	};
	const [gz, br] = await Promise.all([one('gz'), one('br')]);
	return { gz, br };
}

/** @param {string} key */
function chunk(key) {
	const found = manifest[key];
	if (!found) throw new Error(`the build has no ${key}`);
	return found;
}

/** The chunks that a page loads at once: its own, then those it imports, imports first.
 * @param {string} key @param {Set<string>} [seen] @returns {Set<string>} */
function reachable(key, seen = new Set()) {
	if (seen.has(key)) return seen;
	for (const to of chunk(key).imports ?? []) reachable(to, seen);
	return seen.add(key);
}

/** @param {string} folder @returns {string[]} */
function files(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((f) => f.isFile())
		.map((f) => join(f.parentPath, f.name))
		.sort();
}
