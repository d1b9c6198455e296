// @ts-check
// Chapter 3 and its explorer E3: the figures at the ends of its controls, and its figures by keyboard.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, caughtUp, phone, ready, rested, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/3-softmax/';

/** Logits, the true token, temperature, and why. @type {[number[], number, number, string][]} */
const states = [
	[[4, 3, 2.5, 1.5, 0.5, -1], 1, 1, 'the state the page opens in'],
	[[4, 3, 2.5, 1.5, 0.5, -1], 1, 0.05, 'as cold as it gets'],
	[[4, 3, 2.5, 1.5, 0.5, -1], 1, 100, 'as hot as it gets'],
	[[10000, 9999.9, 0], 1, 0.05, 'logits of ten thousand'],
	[[3, 3, 0], 0, 0.05, 'a tie'],
	[[2, -Infinity, 1], 0, 7, 'a banned token'],
	[[2, -Infinity, 1], 1, 1, 'the truth banned: an infinite loss'],
];

/** The rows of the explorer: probability and slope of each token, with an ASCII minus. @param {Page} page */
const rows = (page) =>
	page.evaluate(() =>
		[...document.querySelectorAll('section.explorer .tokens .row')].map((row) =>
			[...row.querySelectorAll(':scope > .num')].map((e) =>
				(e.textContent ?? '').trim().replaceAll('−', '-'),
			),
		),
	);

/** A number as it is printed, with its power of ten; NaN for what is none. @param {string | undefined} text */
function number(text = '') {
	const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';
	const plain = text.replace(
		/×10(.*)/,
		(_, power) => 'e' + [...power].map((c) => (c === '⁻' ? '-' : digits.indexOf(c))).join(''),
	);
	return plain === '' ? NaN : Number(plain);
}

for (const [logits, label, T, why] of states) {
	test(`the figures of ${why}`, () =>
		withPage({}, async (page) => {
			const z = logits.map((x) => (x === -Infinity ? '-inf' : x));
			await page.goto(address(`${path}#v1;e3.z=${z};e3.y=${label};e3.T=${T}`));
			await ready(page);
			const top = Math.max(...logits);
			const powers = logits.map((x) => Math.exp((x - top) / T));
			const sum = powers.reduce((a, b) => a + b, 0);
			const shown = await rows(page);
			assert.equal(shown.length, logits.length);
			shown.forEach(([p, slope], i) => {
				const want = (powers[i] ?? NaN) / sum;
				near(number(p), want, `p of token ${i} is printed ${p}`);
				near(number(slope), (want - (i === label ? 1 : 0)) / T, `slope of token ${i} is printed ${slope}`);
			});
			const text = await page.locator('section.explorer .readouts').innerText();
			const loss = -(((logits[label] ?? NaN) - top) / T - Math.log(sum));
			assert.ok(text.includes(loss === Infinity ? '∞' : loss.toFixed(4)), `loss ${loss} in ${text}`);
			assert.doesNotMatch(await page.locator('main').innerText(), /NaN|undefined/);
		}));
}

/** Half a unit of the last digit printed. @param {number} got @param {number} want @param {string} what */
function near(got, want, what) {
	const room = Math.abs(want) < 1e-3 ? 0.6e-3 * Math.abs(want) : 0.51e-4;
	assert.ok(Math.abs(got - want) <= room, `${what}: want ${want}`);
}

/** The focus goes to a control by its name, and keys are pressed. @param {Page} page @param {string} name @param {string[]} keys */
async function keys(page, name, keys) {
	await page.getByLabel(name, { exact: true }).first().focus();
	for (const key of keys) await page.keyboard.press(key);
	await caughtUp(page);
}

test('by keyboard: cool it, cut the tail, throw again', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const panel = page.getByRole('group', { name: 'A hundred draws' });
		const words = () => panel.locator('.words').innerText();
		const kept = () => panel.locator('p[aria-live]').innerText();
		assert.equal((await words()).split(' ').length, 100);
		await panel.scrollIntoViewIfNeeded();

		const first = await words();
		await panel.getByRole('button', { name: 'Throw again' }).press('Enter');
		await caughtUp(page);
		assert.notEqual(await words(), first, 'another seed, other draws');

		await keys(page, 'Top-k', ['Home', 'ArrowRight']);
		assert.match(await kept(), /^2 of 6 tokens/);
		assert.deepEqual(new Set((await words()).split(' ')), new Set(['mat', 'sofa']));
		await keys(page, 'Top-p', ['Home']);
		assert.match(await kept(), /^1 of 6 tokens/);
		assert.deepEqual(new Set((await words()).split(' ')), new Set(['mat']));

		await rested(page);
		await page.reload();
		await ready(page);
		assert.match(await kept(), /^1 of 6 tokens/, 'the link holds the cut');
	}));

test('by keyboard: without the max trick a shift beyond 88.7 ruins the softmax, with it nothing', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const panel = page.getByRole('group', { name: 'The softmax in single precision', exact: true });
		await panel.scrollIntoViewIfNeeded();
		const said = () => panel.getByRole('status').innerText();
		await keys(page, 'Add c to all logits', ['End']);
		assert.match(await said(), /^Every share is a number/);
		await panel.getByRole('radio', { name: 'max trick on' }).focus();
		await page.keyboard.press('ArrowRight');
		await caughtUp(page);
		assert.match(await said(), /overflowed to ∞/);
		assert.match(await panel.locator('table').innerText(), /∞\/∞/);
		await keys(page, 'Add c to all logits', ['Home']);
		assert.match(await said(), /underflowed to 0/);
		assert.match(await panel.locator('table').innerText(), /0\/0/);
		assert.doesNotMatch(await panel.innerText(), /NaN/);
	}));

test('a student that is dragged comes nearer to its teacher', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const panel = page.getByRole('group', { name: 'A teacher and its student', exact: true });
		await panel.scrollIntoViewIfNeeded();
		const divergence = async () => Number((await panel.locator('b').first().innerText()).trim());
		const before = await divergence();
		const bar = panel.getByRole('slider', { name: 'mat: q, the student at T' });
		const box = await bar.boundingBox();
		assert.ok(box);
		await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * 0.58, box.y + box.height / 2, { steps: 4 });
		await page.mouse.up();
		await caughtUp(page);
		const after = await divergence();
		assert.ok(after > 0 && after < before / 2, `D from ${before} to ${after}`);
	}));

test('on a phone the loss stays in sight while the last token is dragged', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		await page.getByLabel('Logit of moon', { exact: true }).scrollIntoViewIfNeeded();
		const box = await page.locator('section.explorer .readouts').boundingBox();
		assert.ok(box && box.y >= 0 && box.y + box.height < phone.height, JSON.stringify(box));
	}));
