// @ts-check
// Chapter 9 and the guided choice, by keyboard alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, phone, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/9-apply/';

/** A readout of the calibration explorer. @param {Page} page @param {string} label */
const readout = async (page, label) =>
	Number(await page.locator('#cal .readouts p', { hasText: label }).locator('b').innerText());

test('a temperature changes how sure the network is, never how often it is right', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const right = await readout(page, 'right');
		const trained = await readout(page, 'calibration error');
		const slider = page.getByRole('slider', { name: 'Temperature T' });
		await slider.focus();
		await page.keyboard.press('ArrowRight');
		assert.ok((await readout(page, 'calibration error')) < trained, 'at 1.1 it is better calibrated');
		/** @type {number[]} */
		const sure = [];
		await page.keyboard.press('Home');
		for (let i = 0; i < 20; i++) {
			assert.equal(await readout(page, 'right'), right);
			sure.push(await readout(page, 'sure'));
			await page.keyboard.press('ArrowRight');
		}
		assert.ok(
			sure.every((x, i) => i === 0 || x < /** @type {number} */ (sure[i - 1])),
			`warmer is not less sure: ${sure}`,
		);
	}));

test('a sentence costs the mean of its tokens, and one nearly excluded token spoils it', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const figure = page.getByRole('group', { name: 'What a sentence costs' });
		const perplexity = async () => Number(await figure.locator('.all .model').innerText());
		const before = await perplexity();
		await figure.getByRole('slider', { name: /^sofa/ }).focus();
		await page.keyboard.press('Home');
		assert.ok((await perplexity()) > 1.4 * before);
		await page.keyboard.press('End');
		assert.ok((await perplexity()) < before / 1.5);
		for (const bar of await figure.getByRole('slider').all()) await bar.press('End');
		assert.equal(await perplexity(), 1);
		assert.doesNotMatch(await figure.innerText(), /NaN|undefined/);
	}));

test('the true posterior closes the gap, and no other q does', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		const figure = page.getByRole('group', { name: 'A bound on the evidence' });
		const gap = async () => Number(await figure.locator('.bars b').nth(2).innerText());
		assert.ok((await gap()) > 0.5);
		await figure.getByRole('button', { name: 'Set q to the true posterior' }).press('Enter');
		assert.ok((await gap()) < 0.001);
		await figure.getByRole('slider', { name: 'width σ of q' }).press('Shift+ArrowRight');
		assert.ok((await gap()) > 0.005);
		for (const slider of await figure.getByRole('slider').all()) {
			for (const key of ['Home', 'End']) {
				await slider.press(key);
				assert.doesNotMatch(await figure.innerText(), /NaN|undefined|∞/);
			}
		}
	}));

test('a teacher’s doubts come out in the warmth', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const figure = page.getByRole('group', { name: /^Dark knowledge/ });
		const shirt = async () =>
			(await figure.locator('tbody tr').nth(6).locator('td').allInnerTexts()).map(Number);
		const cold = await shirt();
		await figure.getByRole('radio', { name: '5', exact: true }).check();
		const warm = await shirt();
		assert.ok(Number(warm[6]) < Number(cold[6]), 'less of its own class');
		assert.ok(Number(warm[9]) >= Number(cold[9]));
		assert.equal(warm.length, 10);
	}));

test('the guided choice leads to a loss and its code; without scripts all losses stand there', async () => {
	await withPage({}, async (page) => {
		await visit(page, 'choose/');
		const found = page.locator('.found a');
		assert.deepEqual(await found.allInnerTexts(), ['Cross-entropy of a softmax']);
		await page.getByRole('radio', { name: 'yes or no' }).press('Space');
		await page.getByRole('radio', { name: 'what matters is rare' }).press('Space');
		await page.getByRole('radio', { name: 'a few are wrong' }).press('Space');
		assert.deepEqual(await found.allInnerTexts(), [
			'Binary cross-entropy with smoothed labels',
			'Binary cross-entropy with a weight of positives',
		]);
		await found.last().press('Enter');
		const section = page.locator('section:target');
		await section.locator('summary').first().press('Enter');
		assert.match(await section.locator('pre').first().innerText(), /PosWeight: \[\]float64\{20\}/);
		await page.getByRole('radio', { name: 'a number' }).press('Space');
		assert.deepEqual(await found.allInnerTexts(), ['Squared error']);
		assert.ok(await page.getByRole('radio', { name: 'many are wrong' }).isDisabled());
	});
	await withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address('choose/'));
		assert.equal(await page.locator('section[id] h3').count(), 12);
		assert.equal(await page.locator('section[id] pre').count(), 36);
	});
});
