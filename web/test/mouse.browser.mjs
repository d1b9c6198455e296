// @ts-check
// Explorers in the hand: what is dragged follows a mouse and a finger while they move, the other views with it, and a
// finger that scrolls moves nothing. E1, E4, E5, E8 and E9 have tests of their own for what else can be dragged there.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { grip, handOf, move, placeOf, standOf, windows } from './hand.mjs';
import { caughtUp, setUp, visit, withPage } from './harness.mjs';

/** @import { Locator, Page } from 'playwright-core' */

setUp();

/**
 * Of each explorer the controls to drag, by their names, and what must change with each: the figures that are read out,
 * and the pictures beside the one in hand.
 * @type {{ id: string, path: string, drags: { name: RegExp, by: number, native?: boolean, views: string[] }[] }[]}
 */
const explorers = [
	{
		id: 'e0',
		path: 'learn/1-code/',
		drags: [
			{ name: /^A: p, the truth$/, by: 50, views: ['.stage'] },
			{ name: /^B: q, the model$/, by: 60, views: ['.stage'] },
		],
	},
	{
		id: 'e2',
		path: 'learn/2-binary/',
		drags: [
			{
				name: /^Logit z$/,
				by: -50,
				native: true,
				views: ['.readouts', '.stage figure >> nth=0', '.stage figure >> nth=1'],
			},
			{ name: /^Label y$/, by: -60, native: true, views: ['.readouts', '.stage figure >> nth=0'] },
			{
				name: /^Logit on the chart of the sigmoid$/,
				by: -70,
				views: ['.readouts', '.stage figure >> nth=1', '.formula'],
			},
		],
	},
	{
		id: 'e3',
		path: 'learn/3-softmax/',
		drags: [
			{ name: /^Probability of floor$/, by: 50, views: ['.readouts', '.formula'] },
			{ name: /^Temperature T$/, by: 40, native: true, views: ['.readouts', '.formula'] },
			{ name: /^Temperature, along the entropy$/, by: 50, views: ['.readouts', '.formula'] },
		],
	},
	{
		id: 'e6',
		path: 'learn/6-mse/',
		drags: [
			{
				name: /^Probability p$/,
				by: -50,
				native: true,
				views: ['.stage table >> nth=0', '.stage figure >> nth=0', '.stage figure >> nth=1'],
			},
			{
				name: /^Logit on the chart of losses$/,
				by: -60,
				views: ['.stage table >> nth=0', '.stage figure >> nth=1', '.formula'],
			},
			{ name: /^Steps of the race$/, by: 30, views: ['.race table'] },
		],
	},
	{
		id: 'e7',
		path: 'learn/7-flow/',
		drags: [
			{ name: /^training step$/, by: 50, views: ['.state', '.net', '.planes', '.formula'] },
			{ name: /^Hidden layers$/, by: 60, native: true, views: ['.state', '.net'] },
			{ name: /^for point$/, by: 40, native: true, views: ['.planes', '.formula'] },
		],
	},
	{
		id: 'e10',
		path: 'learn/summary/',
		drags: [
			{ name: /fulcrum$/, by: -60, views: ['.readouts', '.stage figure >> nth=1', '.formula'] },
			{ name: /^The rival on the curve$/, by: 40, views: ['.readouts', '.beam'] },
			{
				name: /^The mean on the curve of the multiplier$/,
				by: -40,
				views: ['.readouts', '.beam', '.formula'],
			},
		],
	},
];

/** What a view shows. @param {Locator} view */
const look = (view) => view.evaluateAll((all) => all.map((e) => e.outerHTML).join());

/** Whether a view comes to show something else: at the latest when the hand rests, if it is out of sight. @param {Page} page @param {Locator} view @param {string} [before] */
async function changes(page, view, before) {
	for (let i = 0; i < 25; i++) {
		if ((await look(view)) !== before) return true;
		await page.waitForTimeout(200);
	}
	return false;
}

for (const { id, path, drags } of explorers) {
	for (const kind of /** @type {const} */ (['mouse', 'finger'])) {
		describe(`${id} by ${kind}`, () => {
			for (const { name, by, views } of drags) {
				test(`${name} takes everything along`, () =>
					withPage(windows[kind], async (page) => {
						await visit(page, path);
						const explorer = page.locator(`#${id}`);
						const control = explorer.getByRole('slider', { name }).first();
						const hand = await handOf(page, kind);
						const from = await grip(control);
						await caughtUp(page);
						const before = await Promise.all(views.map((view) => look(explorer.locator(view))));
						const [stood, scrolled] = [await standOf(control), await page.evaluate('scrollX')];
						await hand.down(from);
						await move(page, hand, from, { x: from.x + by, y: from.y });
						const held = await standOf(control);
						assert.ok(by > 0 ? held > stood : held < stood, `dragged by ${by} from ${stood} to ${held}`);
						const now = await placeOf(control);
						assert.ok(
							Math.abs(now.x - from.x - by) <= 14,
							`the hand is at ${from.x + by}, the control at ${now.x}`,
						);
						await caughtUp(page);
						for (const [i, view] of views.entries())
							assert.ok(await changes(page, explorer.locator(view), before[i]), `${view} stays behind`);
						const framed = await page.evaluate(() => {
							const e = document.activeElement;
							return e instanceof SVGElement && getComputedStyle(e).outlineStyle !== 'none';
						});
						assert.ok(!framed, 'the browser frames the point');
						await hand.up();
						assert.equal(await standOf(control), held, 'it moves as the hand lifts');
						if (kind === 'mouse') {
							await hand.move({ x: from.x, y: from.y });
							assert.equal(await standOf(control), held, 'it follows a hand that has let go');
						}
						assert.equal(await page.evaluate('scrollX'), scrolled, 'the page moves sideways');
						assert.doesNotMatch(await explorer.innerText(), /NaN|undefined/);
					}));
			}
		});
	}

	// A native slider is the browser's own affair.
	const own = drags.filter(({ native }) => !native);
	test(`${id}: a finger that scrolls moves nothing, one that taps does`, () =>
		withPage(windows.finger, async (page) => {
			assert.ok(own.length > 0);
			await visit(page, path);
			const hand = await handOf(page, 'finger');
			for (const { name, by } of own) {
				const control = page.locator(`#${id}`).getByRole('slider', { name }).first();
				const from = await grip(control);
				const at = { x: from.x + by / 2, y: from.y };
				const [stood, top] = [await standOf(control), Number(await page.evaluate('scrollY'))];
				await hand.down(at);
				await move(page, hand, at, { x: at.x, y: at.y - 150 });
				await hand.up();
				await page.waitForFunction((y) => Math.abs(scrollY - y) > 50, top, { timeout: 5000 });
				assert.equal(await standOf(control), stood, `${name} moved as the page was scrolled`);
				await page.waitForTimeout(400); // the page comes to rest
				const again = await grip(control);
				await hand.down({ x: again.x + by / 2, y: again.y });
				await hand.up();
				assert.notEqual(await standOf(control), stood, `${name} does not come to a finger that taps`);
			}
		}));
}
