// @ts-check
// Chapter 7 and its explorer E7: it trains for real, in a worker, and every run can be had again.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, caughtUp, ready, rested, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/7-flow/';

/** Where the run is: its step, and the cross-entropy and the right points of each network. @param {Page} page */
async function state(page) {
	const text = (await page.locator('#e7 p.state').innerText()).replace(/\s+/g, ' ');
	const step = Number(/^Step (\d+)/.exec(text)?.[1]);
	const costs = [...text.matchAll(/([\d.]+) (?:nats|bits), (\d+) of 48 right/g)].map((m) => Number(m[1]));
	assert.ok(Number.isInteger(step) && costs.length > 0, text);
	return { step, costs, text };
}

/** Waits until the run is at a step, or beyond it. @param {Page} page @param {number} step */
async function reaches(page, step) {
	await page.waitForFunction(
		(want) =>
			Number(/^Step (\d+)/.exec(document.querySelector('#e7 p.state')?.textContent ?? '')?.[1]) >= want,
		step,
		{ timeout: 30_000 },
	);
}

/** All figures of the explorer, once it has caught up. @param {Page} page */
async function figures(page) {
	await caughtUp(page);
	return page.evaluate(() => {
		const parts = document.querySelectorAll('#e7 :is(p.state, svg, .formula, .trouble)');
		const marks = (/** @type {Element} */ e) =>
			[...e.querySelectorAll('rect, circle')].map((m) => m.outerHTML);
		return [...parts].map((e) => e.textContent + marks(e)).join();
	});
}

/** Which weight the formula is of. @param {Page} page */
async function where(page) {
	await caughtUp(page);
	return page.locator('#e7 .where').innerText();
}

test('training lowers the loss, in a worker that the policy of the page allows', () =>
	withPage({}, async (page) => {
		await page.goto(address(`${path}#v1;e7.act=tanh;e7.task=ring;e7.rate=0.1;e7.depth=3;e7.width=8`));
		await ready(page);
		assert.equal(page.workers().length, 0, 'a worker before it is needed');
		const before = await state(page);
		await page.getByRole('button', { name: 'Play' }).press('Enter');
		await reaches(page, 150);
		assert.equal(page.workers().length, 1);
		await page.getByRole('button', { name: 'Pause' }).press('Enter');
		const after = await state(page);
		assert.equal(after.costs.length, 2);
		for (const [i, cost] of after.costs.entries())
			assert.ok(cost < Number(before.costs[i]) - 0.05, after.text);
		await page.waitForTimeout(300);
		assert.equal((await state(page)).step, after.step, 'paused, it goes on');
	}));

test('the page answers while it trains', () =>
	withPage({}, async (page) => {
		await page.goto(address(`${path}#v1;e7.depth=8;e7.width=16`));
		await ready(page);
		await page.getByRole('button', { name: 'Play' }).press('Enter');
		await reaches(page, 5);
		const longest = await page.evaluate(
			() =>
				new Promise((resolve) => {
					let [last, most, frames] = [performance.now(), 0, 0];
					const frame = () => {
						const now = performance.now();
						[most, last] = [Math.max(most, now - last), now];
						if (++frames < 60) requestAnimationFrame(frame);
						else resolve(most);
					};
					requestAnimationFrame(frame);
				}),
		);
		assert.ok(Number(longest) < 1000, `a frame of ${longest} ms while the largest network trains`);
		// a change during training begins anew, and stops it
		await page.getByRole('radio', { name: 'tanh' }).check();
		assert.equal((await state(page)).step, 0);
		await page.waitForTimeout(300);
		assert.equal((await state(page)).step, 0, 'the slice that was under way came too late');
	}));

test('rewind, and the same seed gives the same figures; a new seed others', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const start = await figures(page);
		const steps = page.getByRole('button', { name: '5 steps' });
		await steps.press('Enter');
		await reaches(page, 5);
		await steps.press('Enter');
		await reaches(page, 10);
		const there = await figures(page);
		assert.notEqual(there, start);
		await page.getByRole('button', { name: 'Rewind, same seed' }).press('Enter');
		assert.equal(await figures(page), start);
		await page.getByRole('radio', { name: '1', exact: true }).check();
		for (let i = 1; i <= 10; i++) {
			await page.getByRole('button', { name: '1 step' }).press('Enter');
			await reaches(page, i);
		}
		assert.equal(await figures(page), there, 'ten times one step, twice five');
		// a link to step 10, in a page and a core that have never seen the run
		await rested(page);
		const link = page.url();
		assert.match(link, /e7\.step=10/);
		await withPage({}, async (copy) => {
			await copy.goto(link);
			await ready(copy);
			assert.equal(await figures(copy), there, 'from a link');
		});
		await page.getByRole('button', { name: 'New seed' }).press('Enter');
		const other = await state(page);
		assert.equal(other.step, 0);
		assert.notEqual(await figures(page), start);
	}));

test('a link far into a run is trained for', () =>
	withPage({}, async (page) => {
		await page.goto(address(`${path}#v1;e7.step=400`));
		await ready(page);
		await reaches(page, 400);
		assert.equal((await state(page)).step, 400);
		await page.getByRole('slider', { name: 'training step' }).focus();
		await page.keyboard.press('Home');
		assert.equal((await state(page)).step, 0);
		await page.keyboard.press('Shift+ArrowRight');
		await reaches(page, 10);
		assert.equal((await state(page)).step, 10, 'scrubbed');
	}));

test('a rate too high: the run stops before the first step without numbers, and says why', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.getByRole('button', { name: 'Rate too high' }).press('Enter');
		const why = page.locator('#e7 .trouble');
		assert.match(
			await why.innerText(),
			/Step \d+ gives a loss that is (not a number|infinite)\..*a weight of layer \d/s,
		);
		assert.match(await why.innerText(), /lower rate/);
		assert.doesNotMatch(await page.locator('#e7').innerText(), /NaN/);
		await page.getByRole('radio', { name: 'tanh' }).check();
		assert.equal((await why.innerText()).trim(), '', 'a network that trains has no trouble');
	}));

test('dead and saturated layers are named', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		for (const [preset, want] of /** @type {[string, RegExp][]} */ ([
			['Dead ReLU', /Layer 3 is dead/],
			['Saturated start', /Layer \d is saturated/],
			['All zeros', /Nothing reaches the first layer/],
		])) {
			await page.getByRole('button', { name: preset }).press('Enter');
			assert.match(await page.locator('#e7 .trouble').innerText(), want);
		}
	}));

test('both losses lose the same on the way back: the page says so, and its figures agree', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const key = (await page.locator('#e7 .key').first().innerText()).replaceAll('−', '-');
		const slopes = [...key.matchAll(/\((-?[\d.]+) decades a layer\)/g)].map((m) => Number(m[1]));
		assert.equal(slopes.length, 2, key);
		assert.ok(Number(slopes[0]) > 0.3 && Math.abs(Number(slopes[0]) - Number(slopes[1])) < 0.05, key);
	}));

test('a unit and a weight are chosen by pressing them', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		assert.match(await where(page), /layer 1 from input 1 to unit 1/);
		const svg = page.locator('#e7 .net svg');
		await svg.scrollIntoViewIfNeeded();
		const box = await svg.boundingBox();
		const [a, b] = await svg.evaluate((e) => {
			const at = [...e.querySelectorAll('circle.unit')].map((c) => [
				Number(c.getAttribute('cx')),
				Number(c.getAttribute('cy')),
			]);
			return [at[3], at.at(-1)]; // the second unit of the first layer, and the output
		});
		if (!box || !a || !b) throw new Error('no picture');
		await page.mouse.click(box.x + Number(a[0]), box.y + Number(a[1]));
		assert.match(await where(page), /to unit 2/);
		await page.mouse.click(box.x + Number(b[0]), box.y + Number(b[1]));
		assert.match(await where(page), /layer 5 from unit \d to output 1/);
	}));

test('with the keyboard alone: choose, train, look, go back', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.getByRole('button', { name: 'It learns' }).focus();
		await page.keyboard.press('Enter');
		await page.getByRole('radio', { name: 'softmax CE' }).focus();
		await page.keyboard.press('Space');
		await page.getByRole('button', { name: '5 steps' }).focus();
		await page.keyboard.press('Enter');
		await reaches(page, 5);
		await page.getByRole('slider', { name: 'Weight: layer' }).focus();
		await page.keyboard.press('End');
		assert.match(await where(page), /layer 4 from unit 1 to output 1/);
		await page.keyboard.press('Control+z');
		await page.keyboard.press('Control+z');
		await page.getByRole('button', { name: 'Reset' }).focus();
		await page.keyboard.press('Enter');
		assert.match((await state(page)).text, /^Step 0, rate 1\./);
	}));
