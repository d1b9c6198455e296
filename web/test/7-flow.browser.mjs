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
			await reaches(copy, 10);
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

/** What the planes show: their texts, and of each the colour and alpha of its middle and of a corner. @param {Page} page */
const planes = (page) =>
	page.locator('#e7 .planes .square').evaluateAll((squares) =>
		squares.map((square) => {
			const canvas = /** @type {HTMLCanvasElement} */ (square.querySelector('canvas'));
			const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', {
				willReadFrequently: true,
			});
			copy?.drawImage(canvas, 0, 0);
			const at = (/** @type {number} */ x) => [...(copy?.getImageData(x, x, 1, 1).data ?? [])];
			return {
				text: square.querySelector('svg')?.getAttribute('aria-label') ?? '',
				line: square.querySelector('.line')?.getAttribute('d') ?? '',
				middle: at(canvas.width / 2),
				corner: at(0),
			};
		}),
	);

test('the planes show what both networks have learnt, in the colours of the theme', () =>
	withPage({ colorScheme: 'light' }, async (page) => {
		await page.goto(address(`${path}#v1;e7.act=tanh;e7.task=ring;e7.rate=0.1;e7.depth=3;e7.width=8`));
		await ready(page);
		await page.locator('#e7 .planes').scrollIntoViewIfNeeded();
		await page.waitForTimeout(200); // it is seen to be in sight
		const before = await planes(page);
		assert.equal(before.length, 2);
		assert.deepEqual(before[0]?.middle, before[1]?.middle, 'the same weights');
		await page.evaluate("location.hash += ';e7.step=300'");
		await reaches(page, 300);
		await page.waitForFunction(() =>
			[...document.querySelectorAll('#e7 .planes svg')].every((e) =>
				/(4[4-8]) of the 48/.test(e.getAttribute('aria-label') ?? ''),
			),
		);
		const after = await planes(page);
		for (const [k, plane] of after.entries()) {
			assert.ok(
				Number(plane.middle[3]) > 180 && Number(plane.corner[3]) < 110,
				`${k}: ${JSON.stringify(plane)}`,
			);
			assert.match(plane.line, /^(M\d+ \d+L\d+ \d+){20,}$/, 'a ring has a boundary');
			const share = /(\d+) % of the plane/.exec(plane.text)?.[1];
			assert.ok(Number(share) > 20 && Number(share) < 50, plane.text);
			assert.notEqual(plane.text, before[k]?.text);
		}
		const model = () =>
			page.locator('#e7 .planes').evaluate((e) => getComputedStyle(e).color.match(/\d+/g)?.map(Number));
		const light = await model();
		alike(after[0]?.middle, light);
		await page.getByRole('button', { name: /^Theme/ }).press('Enter');
		await page.getByRole('button', { name: /^Theme/ }).press('Enter');
		assert.notDeepEqual(await model(), light, 'the theme is dark');
		alike((await planes(page))[0]?.middle, await model());
	}));

/** A pixel has a colour: but for the one that a canvas loses by its alpha. @param {number[]} [pixel] @param {number[]} [colour] */
function alike(pixel, colour) {
	assert.equal(colour?.length, 3);
	for (const [i, c] of colour.entries())
		assert.ok(Math.abs(Number(pixel?.[i]) - c) <= 1, `${pixel}, want ${colour}`);
}

test('out of sight the planes wait until the run rests', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		await page.evaluate('scrollTo(0, 0)');
		await page.waitForTimeout(200);
		const before = await planes(page);
		await page.getByRole('button', { name: 'Play' }).evaluate((e) => /** @type {HTMLElement} */ (e).click());
		await reaches(page, 60);
		assert.deepEqual(await planes(page), before, 'painted for nobody');
		await page.getByRole('button', { name: 'Pause' }).evaluate((e) => /** @type {HTMLElement} */ (e).click());
		await page.waitForFunction(
			(text) => document.querySelector('#e7 .planes svg')?.getAttribute('aria-label') !== text,
			before[0]?.text,
			{ timeout: 10_000 }, // what is read aloud is of the moment, a second later
		);
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
