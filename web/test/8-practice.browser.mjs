// @ts-check
// Chapter 8: each broken set is named rightly, hostile text is answered in words, numbers are shown bit by bit, and
// all of it can be done from the keyboard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, caughtUp, ready, rested, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/8-practice/';

/** What the doctor says of the rows, causes first: "certain nan-rows". @param {Page} page */
const diagnosis = async (page) => {
	await caughtUp(page);
	return page
		.locator('#e8 .diagnosis')
		.first()
		.locator('.findings > article h5')
		.evaluateAll((all) => all.map((h) => (h.textContent ?? '').replace(/\s+/g, ' ').trim()));
};

test('each example of the bench is named rightly', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		/** @type {Record<string, string[]>} */
		const wanted = {
			'Softmax twice': ['certain input-is-probabilities'],
			Healthy: [],
			'Labels from 1': ['certain labels-out-of-range'],
			'Padding not ignored': ['certain labels-out-of-range'],
			'Off by one': ['suspected labels-shifted'],
			'Classes reordered': ['certain labels-permuted'],
			'Rows out of step': ['certain rows-misaligned'],
			'Shuffled between': ['certain predictions-independent-of-labels'],
			'No numbers': ['certain nan-rows'],
			'Over-confident': ['suspected over-confident'],
			Clipped: ['suspected clipped-probabilities'],
			'Dead input': ['suspected constant-predictions'],
			'Labels as scores': ['certain one-hot-scores'],
			'Base 2': ['certain log-base'],
			'Log-probabilities': ['harmless log-probabilities'],
			'From a log': [],
		};
		const buttons = page.locator('#e8').getByRole('group', { name: 'Examples' }).getByRole('button');
		assert.equal(await buttons.count(), Object.keys(wanted).length);
		for (const button of await buttons.all()) {
			const name = await button.innerText();
			await button.press('Enter');
			const found = await diagnosis(page);
			assert.deepEqual(found.slice(0, 1), wanted[name], name);
		}
		const log = page.locator('#e8 .diagnosis').last().locator('.findings > article h5');
		assert.match(await log.first().innerText(), /^certain\s+double-softmax$/, 'the line of a log');
		assert.match(await page.locator('#e8 .diagnosis').last().innerText(), /1\.491 nats/);
	}));

test('the floors of softmax applied twice, with scripts off', () =>
	withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		const text = (await page.locator('section', { has: page.locator('#twice') }).innerText()).replace(
			/\s+/g,
			' ',
		);
		assert.match(text, /0\.3133, 0\.7437, 1\.4612, 5\.9095 nats for 2, 4, 10, 1000 classes/);
		const samples = page.locator('.samples .run:visible');
		assert.equal(await samples.count(), 5, 'one language of each sample');
		await page.getByRole('radio', { name: 'Go', exact: true }).check();
		assert.match(
			await samples.last().innerText(),
			/does not match inferred type xent\.Logits/,
			'no script is needed',
		);
	}));

test('pasted text: what cannot be read is answered in words, what is strange is diagnosed', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.locator('#e8 summary', { hasText: 'Paste rows' }).press('Enter');
		const [scores, labels] = [page.locator('#e8 textarea').first(), page.locator('#e8 textarea').last()];
		const said = page.locator('#e8 .stage details [role=status]');
		const look = page.getByRole('button', { name: 'Look at them' });
		for (const [rows, classes, want] of /** @type {[string, string, RegExp][]} */ ([
			['', '', /No scores yet/],
			['1 2\n3', '0 1', /Row 2 has 1 scores, the rows before it have 2/],
			['1 2\n3 4', '0', /2 rows of scores and 1 labels/],
			['1 2\n3 <script>alert(1)</script>', '0 1', /Row 2 has 4 scores/],
			['1 2', '0.5', /whole numbers/],
			['[[1., 2.], ..., [3., 4.]]', '0 1', /shortened/],
			['7 '.repeat(300_000), '0', /characters; at most/],
		])) {
			await scores.fill(rows);
			await labels.fill(classes);
			await look.press('Enter');
			await said.filter({ hasText: want }).waitFor();
			assert.match(await said.innerText(), want);
			assert.deepEqual(await diagnosis(page), ['certain input-is-probabilities'], 'the bench keeps its rows');
		}
		for (const [rows, classes, want] of /** @type {[string, string, string | undefined][]} */ ([
			['1e999 -1e999\n1 nan', '0 1', 'certain nan-rows'],
			['1e300 -1e300\n-1e308 1e308', '0 1', undefined],
			['tensor([[0., 1.], [1., 0.]])', 'tensor([1, 0])', 'certain one-hot-scores'],
			['1 2 3\n4 5 6', '1 -100', 'certain labels-out-of-range'],
		])) {
			await scores.fill(rows);
			await labels.fill(classes);
			await look.press('Enter');
			await said.filter({ hasText: 'on the bench' }).waitFor();
			assert.equal((await diagnosis(page))[0], want, rows);
			assert.doesNotMatch(await page.locator('#e8').innerText(), /NaN|undefined|\[object/);
		}
		await rested(page);
		const link = page.url();
		await withPage({}, async (copy) => {
			await copy.goto(link);
			await ready(copy);
			assert.equal((await diagnosis(copy))[0], 'certain labels-out-of-range', 'own rows travel in the link');
		});
	}));

test('numbers bit by bit', () =>
	withPage({}, async (page) => {
		for (const [hash, bits, value] of [
			['e9.z=0;e9.format=float16', '0 01111 0000000000', '1'],
			['e9.z=12;e9.format=float16', '0 11111 0000000000', '∞'],
			['e9.z=-17.3;e9.format=float16', '0 00000 0000000001', '5.9604645×10⁻⁸'],
			['e9.z=1;e9.format=float32', '0 10000000 01011011111100001010100', '2.7182817'],
			['e9.z=1;e9.format=bfloat16', '0 10000000 0101110', '2.71875'],
			['e9.z=-746;e9.format=float64', `0 ${'0'.repeat(11)} ${'0'.repeat(52)}`, '0'],
		]) {
			await page.goto(address(path) + '#v1;' + hash);
			await page.reload();
			await ready(page);
			const shown = await page.locator('#e9 .bits b').allInnerTexts();
			assert.equal(shown.join(' '), bits, hash);
			assert.equal(await page.locator('#e9 output').innerText(), value, hash);
		}
	}));

test('by keyboard alone: make a program fail, and take the one that does not', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const e9 = page.locator('#e9');
		const logit = e9.getByRole('slider', { name: 'Logit of the true class' });
		await logit.focus();
		await page.keyboard.press('Home');
		await e9.getByRole('radio', { name: 'as written' }).focus();
		const cell = (/** @type {number} */ row) =>
			e9.locator('.programs tbody tr').nth(row).locator('td').first();
		assert.match(await cell(0).innerText(), /∞/, 'as written: the logarithm of 0');
		await page.keyboard.press('ArrowUp'); // around the end: log1p
		assert.match(await cell(3).innerText(), /1000/);
		const step = e9.getByRole('button', { name: /^log1p\(x\)/ });
		await step.focus();
		await page.keyboard.press('Enter');
		assert.equal(await step.getAttribute('aria-pressed'), 'true');
		assert.match(await e9.locator('.bits').innerText(), /^0/);
	}));

test('by mouse: the logit is dragged past the end of float16', () =>
	withPage({}, async (page) => {
		await page.goto(address(path) + '#v1;e9.z=5');
		await ready(page);
		const marker = page.locator('#e9 [data-logit=z] circle');
		await marker.scrollIntoViewIfNeeded();
		const box = await marker.boundingBox();
		assert.ok(box);
		await page.mouse.move(box.x + 9, box.y + 9);
		await page.mouse.down();
		await page.mouse.move(box.x + 60, box.y + 9, { steps: 5 });
		await page.mouse.up();
		assert.equal(await page.locator('#e9 output').innerText(), '∞');
		assert.match(String(await page.locator('#e9 [data-logit=z]').getAttribute('aria-valuetext')), /^z = \d/);
	}));
