// @ts-check
// The copy of the site in the reader's browser: what opens when no one answers at its address, how one version of it
// follows another, and how it goes.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './browser.mjs';
import { ready, watch } from './harness.mjs';
import { dist, serve, serveFolder } from './server.mjs';

/** @import { Browser, Page } from 'playwright-core' */

const prefix = '/some/sub/path/';

/** @type {Browser} */
let browser;
before(async () => {
	browser = await launch();
});
after(async () => {
	await browser?.close();
});

/** Waits until the page says that the whole site is kept. @param {Page} page */
const kept = (page) => page.getByText('All pages are kept').waitFor({ timeout: 30_000 });

/** The addresses of what is kept for a scope, in order, without their hashes. @param {Page} page @param {string} scope */
const copy = (page, scope) =>
	page.evaluate(async (name) => {
		if (!(await caches.has(name))) return undefined;
		return (await (await caches.open(name)).keys()).map(({ url }) => url).sort();
	}, `xent ${scope}`);

/** Waits until a check in the page holds. @param {Page} page @param {() => Promise<boolean>} check @param {string} what */
async function until(page, check, what) {
	for (let i = 0; i < 100; i++) {
		if (await check()) return;
		await page.waitForTimeout(100);
	}
	assert.fail(`10 s, and still not: ${what}`);
}

test('once loaded, every page opens and answers without a network', async () => {
	const place = await serve();
	const page = await browser.newPage();
	try {
		const problems = await watch(page, new URL(place.url).origin);
		await page.goto(place.url);
		await ready(page);
		await kept(page);
		assert.deepEqual(await problems(), []);
	} finally {
		await place.close();
	}
	await page.goto(place.url).catch(() => {});
	await assert.rejects(fetch(place.url), 'no one answers at the address any more');

	for (const [path, core] of [
		['learn/4-kl/', 'chapters'],
		['learn/2-binary', 'training'], // without its slash
		['learn/8-practice/index.html', 'practice'],
	]) {
		await page.goto(place.url + path);
		await ready(page);
		const before = await page.getByRole('main').innerText();
		await page.locator('section.explorer input[type=range]').first().press('ArrowRight');
		await page.locator('html:not([data-following])').waitFor({ state: 'attached' });
		assert.notEqual(await page.getByRole('main').innerText(), before, `${path} with its core ${core}`);
	}
	await page.goto(`${place.url}learn/7-flow/`); // its worker has a core of its own
	await ready(page);
	await page.keyboard.press('/');
	await page.getByRole('dialog').waitFor(); // and what comes when asked for is there
	await page.context().close();
});

test('under a path of a static host, and nothing beside it', async () => {
	const host = await serveFolder(dist, prefix);
	const page = await browser.newPage();
	try {
		await page.goto(`${host.url}learn/6-mse/`);
		await ready(page);
		await kept(page);
		const all = (await copy(page, host.url)) ?? [];
		assert.ok(all.length > 60, `${all.length} files`);
		assert.deepEqual(
			all.filter((url) => !url.startsWith(host.url)),
			[],
		);
		const names = await page.evaluate(() => caches.keys());
		assert.deepEqual(names, [`xent ${host.url}`]);
	} finally {
		await host.close();
	}
	await page.goto(host.url);
	await ready(page);
	await page.context().close();
});

test('a reader may remove it, and have it again', async () => {
	const place = await serve();
	const page = await browser.newPage();
	try {
		await page.goto(place.url);
		await ready(page);
		await kept(page);
		await page.getByRole('button', { name: 'Remove them' }).press('Enter');
		await page.getByText('No page is kept').waitFor();
		assert.deepEqual(await page.evaluate(() => caches.keys()), []);
		await page.goto(`${place.url}learn/1-code/`);
		await ready(page);
		await page.getByText('No page is kept').waitFor();
		assert.equal(
			await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length),
			0,
		);
		assert.deepEqual(await page.evaluate(() => caches.keys()), []);
		await page.getByRole('button', { name: 'Keep them' }).press('Enter');
		await kept(page);
		assert.ok(((await copy(page, place.url)) ?? []).length > 60);
	} finally {
		await page.context().close();
		await place.close();
	}
});

test('a new version is kept whole before the last one goes, and pages are fresh in between', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'xent-offline-'));
	await cp(dist, folder, { recursive: true });
	for (const name of await readdir(folder, { recursive: true }))
		// so that files can be changed in one place
		if (/\.(gz|br)$/.test(name)) await rm(join(folder, name));
	const host = await serveFolder(folder, prefix);
	const context = await browser.newContext();
	let open = true;
	try {
		const page = await context.newPage();
		await page.goto(host.url);
		await ready(page);
		await kept(page);
		const last = (await copy(page, host.url)) ?? [];

		const title = 'A new version';
		const file = join(folder, 'learn/1-code/index.html');
		await writeFile(file, (await readFile(file, 'utf8')).replace(/<title>[^<]*/, `<title>${title}`));
		const worker = join(folder, 'sw.js');
		const { createHash } = await import('node:crypto');
		const hash = createHash('sha256')
			.update(await readFile(file))
			.digest('hex')
			.slice(0, 12);
		const text = await readFile(worker, 'utf8');
		const changed = text.replace(/(["'`]learn\/1-code\/["'`]:["'`])\w+/, `$1${hash}`);
		assert.notEqual(changed, text);
		await writeFile(worker, changed);

		await page.goto(`${host.url}learn/1-code/`);
		await ready(page);
		assert.equal(await page.title(), title, 'fresh, although another is kept');
		await until(
			page,
			async () =>
				await page.evaluate(async () => !!(await navigator.serviceWorker.getRegistration())?.waiting),
			'the new version waits for the last page of the old',
		);
		const both = (await copy(page, host.url)) ?? [];
		assert.equal(both.length, last.length + 1, 'beside the old one only what changed');

		await page.close();
		let again = await context.newPage();
		for (let i = 0; ; i++) {
			await again.waitForTimeout(500); // with no page of the site open
			await again.goto(host.url);
			await ready(again);
			if ((await copy(again, host.url))?.length === last.length) break;
			assert.ok(i < 10, 'the last version does not go');
			await again.close();
			again = await context.newPage();
		}
		await host.close();
		open = false;
		await again.goto(`${host.url}learn/1-code/`);
		await ready(again);
		assert.equal(await again.title(), title);
	} finally {
		await context.close();
		if (open) await host.close();
		await rm(folder, { recursive: true });
	}
});

test('what is not the file of its version is not kept', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'xent-offline-'));
	await cp(dist, folder, { recursive: true });
	for (const name of await readdir(folder, { recursive: true }))
		if (/\.(gz|br)$/.test(name)) await rm(join(folder, name));
	const file = join(folder, 'learn/2-binary/index.html');
	await writeFile(file, (await readFile(file, 'utf8')) + '<!-- changed by its host -->');
	const host = await serveFolder(folder, prefix);
	const page = await browser.newPage();
	try {
		await page.goto(host.url);
		await ready(page);
		await until(page, async () => ((await copy(page, host.url)) ?? []).length > 20, 'some files are kept');
		await page.waitForTimeout(3000);
		const all = (await copy(page, host.url)) ?? [];
		assert.ok(
			!all.some((url) => url.includes('learn/2-binary/?') || url.endsWith('?whole')),
			'the changed one is not',
		);
		assert.ok(await page.getByText('All pages are kept').isHidden());
	} finally {
		await page.context().close();
		await host.close();
		await rm(folder, { recursive: true });
	}
});

test('where another site answers, the copy goes', async () => {
	const host = await serveFolder(dist);
	const page = await browser.newPage();
	await page.goto(host.url);
	await ready(page);
	await kept(page);
	await host.close();
	const other = createServer((_, response) =>
		response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Another</title>'),
	);
	const { port } = new URL(host.url);
	await new Promise((resolve) => other.listen(Number(port), '127.0.0.1', () => resolve(undefined)));
	try {
		await page.goto(host.url);
		assert.equal(await page.title(), 'Another');
		await until(
			page,
			async () => (await page.evaluate(() => caches.keys())).length === 0,
			'the copy is gone',
		);
	} finally {
		await page.context().close();
		other.close();
		other.closeAllConnections();
	}
});
