// @ts-check
// Chapter 2 and its explorer E2, by keyboard alone: what the naive way makes infinite, in float64 and float32, and the
// slope p - y.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, phone, ready, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/2-binary/';

/** Probability, loss, slope, and the loss through the probability. @param {Page} page */
const readouts = (page) =>
	page
		.locator('#e2 .readouts b')
		.evaluateAll((all) => all.map((b) => (b.textContent ?? '').replace('−', '-').trim()));

/** @type {[string, string[], string][]} */
const states = [
	['e2.z=2', ['0.8808', '0.1269', '-0.1192', '0.126928'], 'the opening state'],
	['e2.z=-800', ['3.668×10⁻³⁴⁸', '800.0000', '-1.000', '∞'], 'e to the 800 overflows; right is 800'],
	['e2.z=40;e2.y=0', ['1.0000', '40.0000', '1.000', '∞'], '1 + e^-40 is 1; right is 40'],
	['e2.z=40', ['1.0000', '4.248×10⁻¹⁸', '-4.248×10⁻¹⁸', '0·∞'], '0 times infinity is no number'],
	['e2.z=17;e2.y=0', ['1.0000', '17.0000', '1.000', '17'], 'float64 still holds 1 - p'],
	['e2.z=17;e2.y=0;e2.f=float32', ['1.0000', '17.0000', '1.000', '∞'], 'float32 does not'],
	['e2.z=10000;e2.y=0', ['1.0000', '10000.0000', '1.000', '∞'], 'far beyond any exponential'],
	['unit=bits;e2.z=0', ['0.5000', '1.0000', '-0.5000', '0.6931472'], 'one bit; the ways stay in nats'],
	['e2.z=-3;e2.w=10', ['0.0474', '30.4859', '-9.526', '30.48587'], 'a weight of ten'],
];

for (const [hash, want, why] of states) {
	test(`${hash}: ${why}`, () =>
		withPage({}, async (page) => {
			await page.goto(address(`${path}#v1;${hash}`));
			await ready(page);
			assert.deepEqual(await readouts(page), want);
			assert.doesNotMatch(await page.locator('#e2').innerText(), /NaN|undefined/);
		}));
}

test('the opening state, with scripts off', () =>
	withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		assert.deepEqual(await readouts(page), ['0.8808', '0.1269', '-0.1192', '0.126928']);
	}));

test('by keyboard, on a phone: into float32, to where it fails, and back', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		await page.getByRole('slider', { name: 'Label y' }).focus();
		await page.keyboard.press('Home');
		await page.getByRole('group', { name: 'Computed in' }).getByRole('radio', { checked: true }).focus();
		await page.keyboard.press('ArrowRight');
		const box = page.getByRole('textbox', { name: 'Logit z, as a number' });
		await box.fill('16');
		await page.keyboard.press('Enter');
		assert.deepEqual(await readouts(page), ['1.0000', '16.0000', '1.000', '15.94238']);
		assert.match(await page.locator('#e2 .stage').innerText(), /Wrong by 0\.36 %\. Right is 16\.0000/);
		await box.fill('17');
		await page.keyboard.press('Enter');
		assert.match(await page.locator('#e2 .stage').innerText(), /Wrong: right is 17\.0000/);
		await page.getByRole('group', { name: 'Computed in' }).getByRole('radio', { checked: true }).focus();
		await page.keyboard.press('ArrowLeft');
		assert.equal((await readouts(page))[3], '17');
		await page.getByRole('slider', { name: 'Logit z' }).first().focus();
		await page.keyboard.press('Home');
		assert.deepEqual(
			(await readouts(page)).slice(1),
			['1.929×10⁻²²', '1.929×10⁻²²', '0'],
			'z = -50, y = 0: the naive way has nothing left',
		);
	}));

test('the slope is the probability minus the label, all along', () =>
	withPage({}, async (page) => {
		await visit(page, `${path}#v1;e2.y=0`);
		const dot = page.getByRole('slider', { name: 'Logit on the chart of the sigmoid' });
		await dot.focus();
		for (const key of ['Home', 'PageUp', 'Shift+ArrowRight', 'ArrowUp', 'End']) {
			await page.keyboard.press(key);
			const [p, , slope] = await readouts(page);
			assert.ok(
				Math.abs(Number(p?.replace(/×10⁻⁴/, 'e-4')) - Number(slope?.replace(/×10⁻⁴/, 'e-4'))) < 5e-5,
				`${key}: ${p} and ${slope}`,
			);
		}
	}));

test('the words of the page lead to the states that they speak of', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.getByRole('link', { name: 'at z = 17' }).focus();
		await page.keyboard.press('Enter');
		await page.waitForFunction(() => document.activeElement?.id === 'e2-title');
		assert.equal((await readouts(page))[3], '∞');
	}));
