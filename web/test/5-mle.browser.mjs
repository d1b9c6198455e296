// @ts-check
// Chapter 5 and its explorer E5, by keyboard alone: the product that vanishes, and the optimum that both curves share.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phone, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/5-mle/';

/** What stands under a label among the readouts. @param {Page} page @param {string} label */
const readout = async (page, label) => {
	const text = await page.locator('.readouts p', { hasText: label }).locator('b').innerText();
	return text.replace('−', '-');
};

test('one toss more than 1,074 and the product is 0; the logarithm goes on', () =>
	withPage({}, async (page) => {
		await visit(page, `${path}#v1;e5.p=0.5,0.5;e5.n=1074;e5.q=0.5,0.5`);
		assert.match(await readout(page, 'float64'), /^4\.941×10/);
		assert.equal(await readout(page, 'log L'), '-744.4401');
		await page.getByRole('slider', { name: 'Rolls N' }).focus();
		await page.keyboard.press('ArrowRight');
		assert.equal(await readout(page, 'float64'), '0');
		assert.equal(await readout(page, 'log L'), '-745.1332');
		assert.equal(await readout(page, 'a roll'), '0.6931');
		assert.match(await page.locator('.explorer .stage').innerText(), /After roll 1075 the product is 0/);
		await page.keyboard.press('ArrowLeft');
		assert.match(await readout(page, 'float64'), /^4\.941×10/);
	}));

test('θ on either curve moves the model, and the best θ is the share of the data', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		const likelihood = page.getByRole('slider', { name: 'Probability of heads on the likelihood' });
		const cross = page.getByRole('slider', { name: 'Probability of heads on the cross-entropy' });
		const least = await readout(page, 'least');
		await likelihood.focus();
		/** @type {number[]} */
		const costs = [];
		for (let i = 0; i < 15; i++) {
			await page.keyboard.press('ArrowRight');
			costs.push(Number(await readout(page, 'a roll')));
		}
		assert.equal(await likelihood.getAttribute('aria-valuenow'), '0.65', '13 heads of 20');
		assert.equal(await cross.getAttribute('aria-valuenow'), '0.65');
		assert.equal(await readout(page, 'a roll'), least);
		assert.ok(
			costs.every((cost, i) => i === 0 || cost <= /** @type {number} */ (costs[i - 1])),
			`the cost rises on the way to its least: ${costs}`,
		);
		assert.match(String(await likelihood.getAttribute('aria-valuetext')), /, 1 of the greatest/);
		await cross.focus();
		await page.keyboard.press('Shift+ArrowRight');
		assert.equal(await likelihood.getAttribute('aria-valuenow'), '0.75');
		assert.ok(Number(await readout(page, 'a roll')) > Number(least));
		const best = page.getByRole('button', { name: 'Set q to' });
		await best.focus();
		await page.keyboard.press('Enter');
		assert.equal(await readout(page, 'a roll'), least);
		assert.ok(await best.isDisabled());
	}));

test('a die: any face finds its own optimum, and the others keep their proportions', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.getByRole('radio', { name: 'a die' }).press('Space');
		assert.equal(await page.getByRole('slider', { name: /: q, the model/ }).count(), 6);
		await page.getByRole('button', { name: 'A loaded die' }).press('Enter');
		const six = page.getByRole('slider', { name: 'Probability of 6 on the likelihood' });
		await six.focus();
		await page.keyboard.press('Home');
		assert.equal(await readout(page, 'a roll'), '∞', 'sixes came, and the model excludes them');
		for (let i = 0; i < 48; i++) await page.keyboard.press('ArrowRight');
		const values = await page
			.getByRole('slider', { name: /: q, the model/ })
			.evaluateAll((bars) => bars.map((b) => Number(b.getAttribute('aria-valuenow'))));
		assert.equal(values[5], 0.48);
		for (const value of values.slice(0, 5)) assert.ok(Math.abs(value - 0.104) < 2e-4, `${values}`);
		assert.match(String(await six.getAttribute('aria-valuetext')), /0\.\d+ of the greatest/);
	}));
