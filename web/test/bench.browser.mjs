// @ts-check
// The bench: files that are dropped or chosen give the command's figures, in the page and nowhere else; hostile ones
// are refused with a hint; rows open in explorers; two reports stand side by side.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { phone, ready, setUp, violations, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const models = fileURLToPath(new URL('../../testdata/models/', import.meta.url));
const path = 'bench/';

/** The place for one's own files, and that for another's. @param {Page} page */
const places = (page) => ({
	own: page.getByRole('group', { name: 'Drop the files' }),
	other: page.getByRole('group', { name: 'Drop the other' }),
});

/** What the page says, by figure: "loss" to "0.1285 nats". @param {Page} page */
const figures = async (page) =>
	Object.fromEntries(
		await page
			.locator('.figures > div')
			.evaluateAll((all) =>
				all.map((one) => [one.querySelector('dt')?.textContent, one.querySelector('dd')?.textContent]),
			),
	);

/** @param {Page} page @param {RegExp | string} text */
const said = (page, text) => places(page).own.getByRole('status').filter({ hasText: text }).waitFor();

/**
 * Drops files as a hand does.
 * @param {Page} page
 * @param {readonly [string, Buffer | string][]} files
 */
async function drop(page, files) {
	const data = await page.evaluateHandle(
		(list) => {
			const transfer = new DataTransfer();
			for (const [name, bytes] of list)
				transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
			return transfer;
		},
		files.map(([name, content]) => [name, Buffer.from(content).toString('base64')]),
	);
	for (const type of ['dragover', 'drop']) await places(page).own.dispatchEvent(type, { dataTransfer: data });
}

test('it opens with the report on the sample, with scripts off too', () =>
	withPage({ javaScriptEnabled: false }, async (page) => {
		const { address } = await import('./harness.mjs');
		await page.goto(address(path));
		const shown = await figures(page);
		assert.equal(shown.loss, '0.1285 nats');
		assert.equal(shown.accuracy, '0.9689');
		assert.match(await page.locator('.verdict').innerText(), /Right in 96\.9 % .* 94\.4 % .* Over-confident/);
		assert.equal(await places(page).own.isVisible(), false, 'nothing to drop on that would not answer');
	}));

test('dropped files give the figures of the command, and nothing is sent anywhere', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		/** @type {string[]} */
		const requests = [];
		page.on('request', (r) => requests.push(`${r.method()} ${r.url()}`));
		const read = (/** @type {string} */ name) => readFile(models + name);
		await drop(page, [
			['digits-labels.npy', await read('digits-labels.npy')], // in the wrong order: the names tell
			['digits-mlp-probs.npy', await read('digits-mlp-probs.npy')],
		]);
		await said(page, 'done.');
		assert.match(
			await page.locator('.files').innerText(),
			/probs\.npy 899 rows × 10, float32[^]*read as probs/,
		);
		const shown = await figures(page);
		assert.equal(shown.loss, '0.1285 nats');
		assert.equal(shown.perplexity, '1.137');
		assert.equal(shown.calibration, 'ECE 0.0102');
		await page.locator('summary', { hasText: 'all their digits' }).click();
		const cells = await page
			.locator('details', { hasText: 'all their digits' })
			.locator('tbody tr')
			.allInnerTexts();
		assert.match(String(cells.find((row) => row.startsWith('accuracy'))), /0\.9688542825361512/);
		assert.ok(
			requests.every((r) => /^GET .*\/assets\/[\w-]+\.(js|wasm)$/.test(r)),
			`only the page's own worker and core are loaded: ${requests}`,
		);
		// Names that tell nothing: the core finds out which is which.
		await drop(page, [
			['one.npy', await read('digits-labels.npy')],
			['two.npy', await read('digits-mlp-logits.npy')],
		]);
		await said(page, 'two.npy holds the scores, and one.npy the labels.');
		assert.equal((await figures(page)).loss, '0.1285 nats');
	}));

test('the sample, a table, a report and settings, by keyboard', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const { own } = places(page);
		await own.getByRole('button', { name: 'Try 899 digits' }).press('Enter');
		await said(page, 'digits-mlp.npz: done.');
		await own.locator('summary').press('Enter');
		await own.getByLabel('--ignore-index').fill('8');
		await own.getByLabel('--top').fill('3');
		await own.getByRole('button', { name: 'Read the same files again' }).press('Enter');
		await page.locator('.figures', { hasText: 'over 812 rows' }).waitFor();
		assert.equal(await page.locator('.doors').count(), 3);
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('button', { name: 'Save report.json' }).press('Enter'),
		]);
		const saved = await readFile(String(await download.path()), 'utf8');
		assert.deepEqual(JSON.parse(saved).config.ignore_index, 8);
		const { loss } = await figures(page);
		await own.locator('input[type=file]').setInputFiles({
			name: 'b.csv',
			mimeType: 'text/csv',
			buffer: Buffer.from('a,b,label\n0.5,1.5,0\n2,-1,1\n'),
		});
		await said(page, 'b.csv: done.');
		assert.notEqual((await figures(page)).loss, loss);
		await own
			.locator('input[type=file]')
			.setInputFiles({ name: 'report.json', mimeType: 'application/json', buffer: Buffer.from(saved) });
		await said(page, 'report.json: done.');
		assert.equal((await figures(page)).loss, loss, 'a report shows what it showed when it was saved');
	}));

test('hostile files are refused in words, with a hint, and the last report stays', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const before = await figures(page);
		const header = (/** @type {string} */ shape) =>
			`\x93NUMPY\x01\x00\x76\x00${`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117)}\n`;
		for (const [
			name,
			content,
			message,
			hint,
		] of /** @type {[string, Buffer | string, RegExp, RegExp | undefined][]} */ ([
			['model.pt', Buffer.from('\x80\x02}q\x00.', 'latin1'), /a pickle, which is a program/, /np\.save/],
			[
				'big.npy',
				Buffer.from(header('(1000000000000, 10)'), 'latin1'),
				/0 bytes of data, want 40000000000000/,
				undefined,
			],
			[
				'page.csv',
				'<!doctype html><img src=x onerror="document.title=1">',
				/looks like HTML/,
				/download the file again/,
			],
			['empty.npz', '', /0 bytes, want an array/, /did not finish/],
			[
				'short.npz',
				(await readFile(`${models}digits-mlp.npz`)).subarray(0, 9999),
				/zip archive without its end/,
				/copy it again/,
			],
			['scores.csv', 'a,b\n1.5,2\n3,4\n', /no labels in it, and no second file/, /--labels-key/],
			['<b>x</b>.csv', 'a,b,label\n1,2\n', /<b>x<\/b>\.csv:1: 3 names of columns, want 2/, undefined],
			[
				'x.json',
				'{"schema": 1, "rows": "many"}',
				/is no report of xent eval: rows is not a number/,
				/--json writes one/,
			],
			['y.json', '[[1, 2], [3, 4]]', /the file is not an object/, undefined],
			['z.json', '{"schema": 1', /is no JSON/, undefined],
			['w.json', `{"schema": 2, "__proto__": {"rows": 1}}`, /schema 2, want 1/, undefined],
		])) {
			await drop(page, [[name, content]]);
			await said(page, message);
			if (hint) assert.match(await places(page).own.locator('.hint').innerText(), hint, name);
			assert.deepEqual(await figures(page), before, `${name}: the report stays`);
		}
		assert.match(await page.title(), /^Your own model on the bench/);
		assert.deepEqual(await violations(page), []);
	}));

test('a long evaluation shows its progress and can be stopped', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.evaluate(() => {
			const part = '0.25,1.5,-2.75,1\n-3,2,0.125,0\n'.repeat(40_000);
			const transfer = new DataTransfer();
			transfer.items.add(new File(['a,b,c,label\n', ...new Array(120).fill(part)], 'long.csv'));
			const place = document.querySelector('.drop');
			place?.dispatchEvent(
				new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
			);
		});
		const bar = page.locator('progress');
		await bar.waitFor();
		await page.waitForFunction(() => Number(document.querySelector('progress')?.value) > 0.01);
		await places(page).own.getByRole('button', { name: 'Stop' }).click();
		await said(page, /a partial report/);
		const rows = Number(
			/covers ([\d,]+) rows/.exec(await page.locator('.partial').innerText())?.[1]?.replaceAll(',', ''),
		);
		assert.ok(rows > 1000 && rows < 9_600_000, `${rows} rows`);
		assert.equal(await bar.count(), 0);
	}));

test('a surprising row opens in an explorer with its own logits, label and names', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const row = page
			.locator('table', { has: page.locator('.doors') })
			.locator('tbody tr')
			.first();
		const [, loss, , label] = await row.locator('th, td').allInnerTexts();
		assert.equal(loss, '10.62');
		for (const door of ['cross-entropy', 'temperature']) {
			const [opened] = await Promise.all([
				page.context().waitForEvent('page'),
				row.getByRole('link', { name: new RegExp(`, ${door};`) }).click(),
			]);
			await ready(opened);
			assert.match(opened.url(), /z=12\.40359/);
			const text = (
				await opened
					.locator('section.explorer')
					.filter({ has: opened.locator('#e1-title, #e3-title') })
					.innerText()
			).replace(/\s+/g, ' ');
			assert.match(text, /10\.6178/, `${door}: the loss of the row`);
			if (door === 'cross-entropy')
				assert.match(text, new RegExp(`Logit of ${label}\\b|\\b${label} `), 'the names of the digits');
			await opened.close();
		}
	}));

test('two reports side by side', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		const { other } = places(page);
		await other
			.locator('input[type=file]')
			.setInputFiles([`${models}fashion-mlp-logits.npy`, `${models}fashion-labels.npy`]);
		const row = page.getByRole('group', { name: 'Both reports' }).locator('tbody tr').first();
		await row.waitFor();
		const cells = (await row.locator('td').allInnerTexts()).map((cell) => cell.replace(/\s+/g, ' '));
		assert.equal(cells[0], '0.1285 ± 0.027');
		assert.match(String(cells[1]), /^0\.36\d+ ± 0\.008\d$/);
		assert.match(String(cells[2]), /^\+0\.23\d+ ± 0\.028$/);
		assert.match(
			await page.locator('section', { has: page.locator('#compare') }).innerText(),
			/differ in their rows/,
		);
		await other.getByRole('button', { name: 'Try 899 digits' }).click();
		await page.locator('.who', { hasText: 'B digits-mlp.npz' }).waitFor();
		assert.equal(await row.locator('td').nth(2).innerText(), '0 ± 0.037', 'the same report twice');
		assert.deepEqual(await violations(page), []);
	}));
