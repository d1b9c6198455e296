// @ts-check
// What holds for the site as a whole, wherever it is served.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
	address,
	background,
	desk,
	newPage,
	overflow,
	phone,
	ready,
	setUp,
	violations,
	visit,
	watch,
	withPage,
	withPageAgain,
} from './harness.mjs';
import { dist, pagesOf, serveFolder } from './server.mjs';

setUp();
const pages = await pagesOf();

test('the policy of the pages is the policy of the server', () =>
	withPage({}, async (page) => {
		for (const path of pages) {
			const answer = await page.goto(address(path));
			const own = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
			const directives = (own ?? '').split('; ');
			assert.ok(directives.includes("default-src 'self'"), `/${path}: ${own}`);
			assert.ok(directives.includes("script-src 'self' 'wasm-unsafe-eval'"), `/${path}: ${own}`);
			assert.doesNotMatch(String(own), /unsafe-inline|'unsafe-eval'|http|\*/);
			if (!process.env.XENT) continue; // a plain static host sends none
			const sent = (answer?.headers()['content-security-policy'] ?? '').split('; ');
			for (const directive of directives)
				assert.ok(sent.includes(directive), `/${path}: ${directive} is not in ${sent}`);
			await ready(page);
		}
	}));

test('works under any path on the plainest static host', async () => {
	const folder = await mkdtemp(join(tmpdir(), 'xent-export-'));
	if (process.env.XENT) execFileSync(process.env.XENT, ['lab', '--export', folder]);
	const host = await serveFolder(process.env.XENT ? folder : dist, '/some/sub/path/');
	try {
		for (const path of pages) {
			const page = await newPage();
			const problems = await watch(page, new URL(host.url).origin);
			/** @type {string[]} */
			const outside = [];
			page.on('request', (r) => r.url().startsWith(host.url) || outside.push(r.url()));
			await page.goto(host.url + path.replace(/\/$/, '')); // without its slash: the host redirects
			await ready(page);
			assert.deepEqual([...(await problems()), ...outside], [], path);
			assert.equal(page.url(), host.url + path);
			await page.context().close();
		}
	} finally {
		await host.close();
		await rm(folder, { recursive: true });
	}
});
