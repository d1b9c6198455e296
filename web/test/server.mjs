// @ts-check
// What the browser tests look at: the built site, served by the real binary or by the simplest
// static host there is.

import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The folder of the built site. */
export const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * A place the site is served at.
 * @typedef {{url: string, close: () => Promise<void>}} Place  url ends with a slash
 */

/**
 * The addresses of a site's pages below its root, "" for the start page, in order.
 * It fails when there are none: a site without pages would pass every test.
 * XENT_PAGES=learn/4 limits them to those that begin so, for work on one page.
 */
export async function pagesOf(folder = dist) {
	const files = await readdir(folder, { recursive: true }).catch(() => []);
	const pages = files
		.map((file) => file.split(sep).join('/'))
		.filter((file) => file === 'index.html' || file.endsWith('/index.html'))
		.map((file) => file.slice(0, -'index.html'.length))
		.sort();
	if (pages.length < 3)
		throw new Error(`${pages.length} pages in ${folder}: build the site first (npm run build)`);
	const { XENT_PAGES: only = '' } = process.env;
	const asked = pages.filter((page) => page.startsWith(only));
	if (asked.length === 0) throw new Error(`no page begins with XENT_PAGES=${only}; have ${pages.join(', ')}`);
	if (asked.length < pages.length) console.log(`# only the pages that begin with ${only}`);
	return asked;
}

/**
 * The explorers of a page, by the anchors that they have in its HTML: "e1".
 * @param {string} path
 * @returns {Promise<string[]>}
 */
export async function explorersOf(path, folder = dist) {
	const html = await readFile(join(folder, path, 'index.html'), 'utf8');
	return [...html.matchAll(/<section class="explorer[^>]* id="([\w-]+)"/g)].map(([, id]) => String(id));
}

/**
 * The site out of the binary named by $XENT, on a free port; without $XENT, web/dist as a
 * static host serves it.
 * @returns {Promise<Place>}
 */
export function serve() {
	return process.env.XENT ? serveBinary(process.env.XENT) : serveFolder(dist);
}

/**
 * @param {string} binary
 * @returns {Promise<Place>}
 */
async function serveBinary(binary) {
	const child = spawn(binary, ['lab', '--addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
	let errors = '';
	child.stderr.on('data', (text) => (errors += text));
	/** @type {Promise<number | string>} */
	const ended = new Promise((resolve) => {
		child.once('error', (error) => resolve(error.message));
		child.once('exit', (code, signal) => resolve(code ?? signal ?? 'no status'));
	});
	/** @type {Promise<string>} */
	const printed = new Promise((resolve) => createInterface(child.stdout).once('line', resolve));
	const url = await Promise.race([
		printed,
		ended.then((status) => new Error(`${binary} lab: ${status}: ${errors}`)),
	]);
	if (url instanceof Error) throw url;
	return {
		url,
		async close() {
			child.kill('SIGTERM');
			const status = await ended;
			if (status !== 0) throw new Error(`${binary} lab ended with ${status} on SIGTERM: ${errors}`);
		},
	};
}

/** @type {Record<string, string>} */
const types = {
	'.css': 'text/css',
	'.html': 'text/html',
	'.js': 'text/javascript',
	'.json': 'application/json',
	'.png': 'image/png',
	'.svg': 'image/svg+xml',
	'.wasm': 'application/wasm',
};

/**
 * Serves folder under prefix as the plainest host does: files as they are, index.html for a
 * folder, a redirect to a folder's slash, 404 for the rest, the .br or .gz beside a file where one is, no
 * headers but the content's.
 * @param {string} folder
 * @returns {Promise<Place>}
 */
export async function serveFolder(folder, prefix = '/') {
	const names = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = new Set(
		names
			.filter((f) => f.isFile())
			.map((f) => relative(folder, join(f.parentPath, f.name)).split(sep).join('/')),
	);
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url ?? '/', 'http://localhost');
		let name = pathname.startsWith(prefix) ? pathname.slice(prefix.length) : '\0';
		if (files.has(`${name}/index.html`)) {
			response.writeHead(301, { Location: `${pathname}/` }).end();
			return;
		}
		if (name === '' || name.endsWith('/')) name += 'index.html';
		if (!files.has(name)) {
			response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404\n');
			return;
		}
		response.setHeader('Content-Type', types[extname(name)] ?? 'application/octet-stream');
		const accepted = String(request.headers['accept-encoding']);
		const [coding, suffix] = [
			['br', '.br'],
			['gzip', '.gz'],
		].find(
			([coding, suffix]) => new RegExp(`\\b${coding}\\b`).test(accepted) && files.has(name + suffix),
		) ?? ['', ''];
		if (coding) response.setHeader('Content-Encoding', coding);
		response.end(await readFile(join(folder, name + suffix)));
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
	const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		url: `http://127.0.0.1:${port}${prefix}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve(undefined));
				server.closeAllConnections();
			}),
	};
}
