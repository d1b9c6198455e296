// @ts-check
// Chapter 4 and its explorer E4: the figures of the chapter's table, and the truth of the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, ready, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/4-kl/';

/** Entropy, divergence and cross-entropy in bits of p = (.6, .3, .1), q = (.33, .33, .34): by class, then in all. */
const figures = [
	['0.4422', '0.5175', '0.9597'],
	['0.5211', '-0.0413', '0.4798'],
	['0.3322', '-0.1766', '0.1556'],
	['1.2955', '0.2997', '1.5952'],
];

/**
 * The table by class: of each row the last three cells, with an ASCII minus.
 * @param {Page} page
 */
const table = (page) =>
	page.evaluate(() => {
		const tables = [...document.querySelectorAll('section.explorer table')].filter((t) =>
			t.querySelector('tfoot'),
		);
		return [...(tables[0]?.querySelectorAll('tbody tr, tfoot tr') ?? [])].map((row) =>
			[...row.querySelectorAll('td')]
				.slice(-3)
				.map((cell) => (cell.textContent ?? '').trim().replace('−', '-')),
		);
	});

test('the twelve figures, with scripts off', () =>
	withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		assert.deepEqual(await table(page), figures);
	}));

test('the twelve figures, once the page is alive', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		assert.deepEqual(await table(page), figures);
		assert.match(await page.locator('section.explorer').innerText(), /\bbits\b/);
	}));

/** The same figures from the definitions, for states a reader may reach. p, q, unit. */
/** @type {[number[], number[], 'nats' | 'bits', string][]} */
const states = [
	[[0.6, 0.3, 0.1], [0.33, 0.33, 0.34], 'nats', "the chapter's state in nats"],
	[[0.6, 0.3, 0.1], [0.6, 0.3, 0.1], 'bits', 'a model that is right: no divergence'],
	[[0.5, 0.5, 0], [0.25, 0.25, 0.5], 'bits', 'a class that never comes costs nothing'],
	[[0.6, 0.3, 0.1], [0.6, 0.4, 0], 'bits', 'a class excluded that comes: infinite'],
	[[1, 0, 0], [0.9, 0.05, 0.05], 'nats', 'one-hot: the surprisal of the true class'],
	[[0.34, 0.33, 0.33], [0.98, 0.01, 0.01], 'bits', 'sure of one of three'],
];

for (const [p, q, unit, why] of states) {
	test(`the table at p = ${p}, q = ${q} in ${unit}: ${why}`, () =>
		withPage({}, async (page) => {
			await page.goto(address(`${path}#v1;unit=${unit};e4.p=${p};e4.q=${q}`));
			await ready(page);
			assert.deepEqual(await table(page), expected(p, q, unit));
		}));
}

/**
 * The figures by their definitions, as printed.
 * @param {number[]} p @param {number[]} q @param {string} unit
 */
function expected(p, q, unit) {
	const log = unit === 'bits' ? Math.log2 : Math.log;
	const rows = p.map((pi, i) => {
		const qi = q[i] ?? NaN;
		if (pi === 0) return [0, 0, 0];
		return [-pi * log(pi), pi * (log(pi) - log(qi)), -pi * log(qi)];
	});
	const total = [0, 1, 2].map((c) => rows.reduce((sum, row) => sum + (row[c] ?? NaN), 0));
	return [...rows, total].map((row) =>
		row.map((x) => (x === Infinity ? '∞' : x.toFixed(4).replace(/^-0\.0000$/, '0.0000'))),
	);
}
