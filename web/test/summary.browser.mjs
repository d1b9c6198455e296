// @ts-check
// The summary and its explorer E10, by keyboard alone: Jaynes' die, and rivals that never win.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, phone, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/summary/';

/** What stands under a label among the readouts. @param {Page} page @param {string} label */
const readout = async (page, label) =>
	(await page.locator('.readouts p', { hasText: label }).locator('b').innerText()).replace('−', '-');

test("Jaynes' die, with scripts off", () =>
	withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		const columns = await page.locator('.beam svg svg text:not(.face)').allTextContents();
		assert.deepEqual(columns.slice(0, 6), ['0.0544', '0.0788', '0.1142', '0.1654', '0.2398', '0.3475']);
		assert.match(await page.locator('#derive').locator('..').innerText(), /0\.3710.*2\.6951.*1\.4493/s);
		for (const answer of await page.locator('#takeaways ~ div details').all()) {
			await answer.locator('summary').click();
			assert.ok(await answer.locator('p').first().isVisible());
		}
		assert.equal(await page.locator('#takeaways ~ div details').count(), 6);
	}));

test('the fulcrum moves the die, and the middle needs no multiplier', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		const fulcrum = page.getByRole('slider', { name: 'Mean of the die, the fulcrum' });
		await fulcrum.focus();
		for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowLeft');
		assert.equal(await fulcrum.getAttribute('aria-valuenow'), '3.5');
		assert.equal(await readout(page, 'multiplier'), '0.0000');
		assert.equal(await readout(page, 'temperature'), '∞');
		assert.equal(await readout(page, 'greatest entropy'), '1.7918');
		await page.keyboard.press('PageDown');
		assert.match(await readout(page, 'multiplier'), /^-0\./, 'below the middle');
		await page.keyboard.press('End');
		assert.equal(await fulcrum.getAttribute('aria-valuenow'), '5.999');
		assert.match(await readout(page, 'multiplier'), /^6\.9/);
	}));

test('no rival wins, at any face, bent either way', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const best = Number(await readout(page, 'greatest entropy'));
		const bend = page.getByRole('slider', { name: 'Bend the rival' });
		const seen = new Set();
		for (const face of ['2', '3', '4', '5']) {
			await page
				.getByRole('group', { name: /rival takes from/ })
				.getByRole('radio', { name: face })
				.check();
			for (const key of ['Home', 'End']) {
				await bend.focus();
				await page.keyboard.press(key);
				const rival = Number(await readout(page, 'the rival'));
				assert.ok(rival < best, `face ${face}, ${key}: ${rival}, the best ${best}`);
				seen.add(rival);
			}
		}
		assert.ok(seen.size >= 7, `${[...seen]}: rivals that differ`);
	}));

test('the fulcrum is dragged', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const beam = page.locator('.beam');
		await beam.scrollIntoViewIfNeeded();
		const box = await beam.boundingBox();
		assert.ok(box);
		const at = (/** @type {number} */ mean) => box.x + (box.width * (mean - 0.5)) / 6;
		await page.mouse.move(at(4.5), box.y + 225);
		await page.mouse.down();
		await page.mouse.move(at(2), box.y + 225, { steps: 5 });
		await page.mouse.up();
		assert.equal(await page.getByRole('slider', { name: /fulcrum/ }).getAttribute('aria-valuenow'), '2');
		assert.match(await readout(page, 'multiplier'), /^-/);
	}));
