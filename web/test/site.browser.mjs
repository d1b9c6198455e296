// @ts-check
// What holds for the site as a whole, wherever it is served.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newPage, ready, setUp, watch } from './harness.mjs';
import { dist, pagesOf, serveFolder } from './server.mjs';

setUp();
const pages = await pagesOf();

test('works under any path on the plainest static host', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'xent-export-'));
	if (process.env.XENT) execFileSync(process.env.XENT, ['lab', '--export', folder]);
	const host = await serveFolder(process.env.XENT ? folder : dist, '/some/sub/path/');
	try {
		const page = await newPage();
		const problems = await watch(page, new URL(host.url).origin);
		/** @type {string[]} */
		const outside = [];
		page.on('request', (r) => r.url().startsWith(host.url) || outside.push(r.url()));
		for (const path of pages) {
			await page.goto(host.url + path.replace(/\/$/, '')); // without its slash: the host redirects
			await ready(page);
			assert.deepEqual([...(await problems()), ...outside], [], path);
			assert.equal(page.url(), host.url + path);
		}
		await page.context().close();
	} finally {
		await host.close();
		await rm(folder, { recursive: true });
	}
});
