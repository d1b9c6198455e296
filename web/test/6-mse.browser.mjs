// @ts-check
// Chapter 6 and its explorer E6, by keyboard alone: the figures of both losses along p and along z, the switch
// between them, the race, and the links of the table.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, phone, ready, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/6-mse/';

/**
 * The readouts: of each loss its value and its slopes along p and z, then the ratio.
 * @param {Page} page
 */
const readouts = (page) =>
	page
		.locator('#e6 .stage table')
		.first()
		.locator('tbody tr, tfoot tr')
		.evaluateAll((rows) =>
			rows.map((row) =>
				[...row.querySelectorAll('td')].map((cell) =>
					(cell.textContent ?? '').replace('−', '-').replace(/ (nats|bits)/, ''),
				),
			),
		);

test('the figures of the chapter, with scripts off and on', async () => {
	const opening = [
		['0.3567', '-1.429', '-0.3000'],
		['0.09000', '-0.6000', '-0.1260'],
		['2.381', '2.381'],
	];
	await withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		assert.deepEqual(await readouts(page), opening);
		const words = await page.getByRole('main').innerText();
		for (const figure of ['−1.900', '−20.00', '−0.09025', '−0.9500', '10.53', '500.5', '0.2963'])
			assert.ok(words.includes(figure), `${figure} in the words of the page`);
	});
	await withPage({}, async (page) => {
		await visit(page, path);
		assert.deepEqual(await readouts(page), opening);
	});
});

/** @type {[string, string[][], string][]} */
const states = [
	['e6.p=0.05', [['2.9957', '-20.00', '-0.9500'], ['0.9025', '-1.900', '-0.09025'], ['10.53', '10.53']], 'wrong and rather sure'],
	['unit=bits;e6.p=0.05', [['4.3219', '-20.00', '-0.9500'], ['0.9025', '-1.900', '-0.09025'], ['10.53', '10.53']], 'slopes stay those of nats'],
	['e6.p=0.001', [['6.9078', '-1000', '-0.9990'], ['0.9980', '-1.998', '-0.001996'], ['500.5', '500.5']], 'five hundred times'],
	['e6.p=0', [['∞', '-∞', '-1.000'], ['1.000', '-2.000', '0'], ['∞', '∞']], 'impossible, and it happened'],
	['e6.p=1', [['0.0000', '-1.000', '0'], ['0', '0', '0'], ['∞', '∞']], 'certain and right'],
	['e6.by=z;e6.z=10000;e6.y=0', [['10000.0000', '8.807×10⁴³⁴²', '1.000'], ['1.000', '2.000', '2.271×10⁻⁴³⁴³'], ['4.403×10⁴³⁴²', '4.403×10⁴³⁴²']], 'what no float64 holds'],
	['e6.p=0.7;e6.y=0.7', [['0.6109', '0', '0'], ['0', '0', '0'], ['2.381', '2.381']], 'a soft label that is met'],
]; // prettier-ignore

for (const [hash, want, why] of states) {
	test(`${hash}: ${why}`, () =>
		withPage({}, async (page) => {
			await page.goto(address(`${path}#v1;${hash}`));
			await ready(page);
			assert.deepEqual(await readouts(page), want);
			assert.doesNotMatch(await page.locator('#e6').innerText(), /NaN|undefined/);
		}));
}

test('by keyboard: along p squared error is steepest where it is most wrong, along z it has let go', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		const along = page.getByRole('group', { name: 'Slopes along' });
		const steepness = () => page.locator('#e6 .stage figure', { hasText: 'How steep' });
		await page.getByRole('slider', { name: 'Probability p' }).first().focus();
		await page.keyboard.press('Home');
		for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
		assert.equal((await readouts(page))[1]?.[2], '-0.09025');
		const dot = page.getByRole('slider', { name: /chart of steepness$/ });
		assert.match(String(await dot.getAttribute('aria-label')), /^Logit/);
		assert.match(
			await page.locator('#e6 .stage').innerText(),
			/steepest at p = 0.3333, z = −0.6931, and no steeper there than 0.2963/,
		);
		await along.getByRole('radio', { checked: true }).focus();
		await page.keyboard.press('ArrowLeft');
		await page.getByRole('slider', { name: /^Probability.* chart of steepness$/ }).waitFor(); // out of sight it may follow later
		assert.equal(await dot.getAttribute('aria-valuenow'), '0.05');
		assert.match(await steepness().innerText(), /∂p/);
		await dot.focus();
		await page.keyboard.press('Home');
		assert.equal((await readouts(page))[1]?.[1], '-2.000', 'the greatest slope along p, at the wrong end');
		await page.keyboard.press('End');
		assert.equal((await readouts(page))[1]?.[1], '0');
	}));

test('the race by keyboard: steps of 1, 5 and 25, and back', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const run = page.getByRole('group', { name: 'Run the race' });
		const places = () =>
			page
				.locator('#e6 .race tbody tr')
				.evaluateAll((rows) =>
					rows.map((row) => (row.querySelector('td')?.textContent ?? '').replace('−', '-')),
				);
		const press = async (/** @type {string} */ name) => {
			await run.getByRole('button', { name, exact: true }).focus();
			await page.keyboard.press('Enter');
		};
		await press('Back to the start');
		assert.deepEqual(await places(), ['-4.000', '-4.000']);
		await press('1 step');
		assert.deepEqual(await places(), step(1));
		await press('5 steps');
		assert.deepEqual(await places(), step(6));
		await press('25 steps');
		assert.deepEqual(await places(), step(31));
		const dot = page.getByRole('slider', { name: 'Steps of the race' });
		await dot.focus();
		await page.keyboard.press('ArrowLeft');
		assert.deepEqual(await places(), step(30));
		assert.match(await page.locator('#e6 .race').innerText(), /after 15 steps[\s\S]*after 70 steps/);
	}));

/** Where both neurons are after so many steps from a logit of -4 towards 1, by the definition. @param {number} steps */
function step(steps) {
	const sigmoid = (/** @type {number} */ z) => 1 / (1 + Math.exp(-z));
	let [ce, se] = [-4, -4];
	for (let i = 0; i < steps; i++) {
		const [p, q] = [sigmoid(ce), sigmoid(se)];
		ce += 1 - p;
		se += 2 * (1 - q) * q * (1 - q);
	}
	return [ce.toFixed(3), se.toFixed(3)];
}

test('every cell of the table sets the explorer to a state, and leads there', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const links = page
			.getByRole('group', { name: 'Squared error and cross-entropy compared' })
			.getByRole('link');
		const count = await links.count();
		assert.ok(count >= 10, `${count} links`);
		const cells = page.getByRole('group', { name: 'Squared error and cross-entropy compared' }).locator('td');
		for (const cell of await cells.all())
			assert.ok((await cell.getByRole('link').count()) > 0, await cell.innerText());
		await links.filter({ hasText: 'no bound' }).focus();
		await page.keyboard.press('Enter');
		await page.waitForFunction(() => document.activeElement?.id === 'e6-title');
		assert.equal((await readouts(page))[0]?.[1], '-1000');
		const top = await page.locator('#e6').evaluate((e) => e.getBoundingClientRect().top);
		assert.ok(top >= 0 && top < 200, `the explorer's top is at ${top} px`);
		assert.equal(await page.locator('#e6 .notice').count(), 0);
	}));
