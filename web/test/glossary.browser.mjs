// @ts-check
// Words that open their entries in place, and the search that any page has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, phone, ready, setUp, violations, visit, withPage } from './harness.mjs';
import { pagesOf } from './server.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const pages = await pagesOf();
const glossary = 'ref/glossary/';

/** @param {Page} page */
const words = (page) => page.locator('dfn a[data-term]');
/** @param {Page} page */
const popover = (page) => page.locator('[popover][role=dialog]');

/** Requests for the glossary's data. @param {Page} page */
function fetches(page) {
	/** @type {string[]} */
	const seen = [];
	page.on('request', (r) => r.url().endsWith('.json') && seen.push(r.url()));
	return seen;
}

test('every word that a page defines opens its own entry, by keyboard and by pointer', () =>
	withPage({}, async (page) => {
		let opened = 0;
		for (const path of pages) {
			const seen = fetches(page);
			await visit(page, path);
			for (const word of await words(page).all()) {
				assert.equal(seen.length, opened > 0 ? seen.length : 0, 'fetched before it is asked for');
				const name = String(await word.textContent());
				await word.focus();
				await page.keyboard.press(opened % 2 ? 'Enter' : 'Space');
				const entry = popover(page);
				await entry.waitFor({ state: 'visible' });
				const more = String(await entry.getByRole('link').getAttribute('href'));
				assert.equal(
					new URL(more, page.url()).href,
					address(`${glossary}#${await word.getAttribute('data-term')}`),
				);
				assert.equal(await word.getAttribute('aria-expanded'), 'true', name);
				assert.ok(await entry.evaluate((e) => e === document.activeElement), `${name}: not read out`);
				assert.match(await entry.innerText(), /\w+ \w+ \w+/);
				await page.keyboard.press('Escape');
				await entry.waitFor({ state: 'hidden' });
				assert.ok(await word.evaluate((e) => e === document.activeElement), `${name}: the focus is lost`);
				assert.equal(await word.getAttribute('aria-expanded'), null);

				await word.click();
				await entry.waitFor({ state: 'visible' });
				const [a, b] = [await word.boundingBox(), await entry.boundingBox()];
				assert.ok(
					a && b && Math.min(Math.abs(b.y - a.y - a.height), Math.abs(a.y - b.y - b.height)) < 40,
					name,
				);
				await word.click();
				await entry.waitFor({ state: 'hidden' });
				opened++;
			}
		}
		assert.ok(opened >= 3, `${opened} words`);
	}));

test('an open entry is accessible, stays in a phone’s window, and closes when it is left', async () => {
	for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
		await withPage({ viewport: phone, colorScheme }, async (page) => {
			await visit(page, 'learn/4-kl/');
			for (const word of await words(page).all()) {
				await word.click();
				await popover(page).waitFor({ state: 'visible' });
				const box = await popover(page).boundingBox();
				assert.ok(box && box.x >= 0 && box.x + box.width <= phone.width, JSON.stringify(box));
				assert.deepEqual(await violations(page), []);
				await page.keyboard.press('Tab'); // to its link
				assert.ok(await popover(page).isVisible());
				await page.keyboard.press('Tab');
				await popover(page).waitFor({ state: 'hidden' });
				const on = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80));
				const order = await page.evaluate(() => {
					const all = [...document.querySelectorAll('a[href], button, input, summary, [tabindex="0"]')];
					const at = all.indexOf(/** @type {Element} */ (document.activeElement));
					return all[at - 1]?.getAttribute('data-term');
				});
				assert.equal(order, await word.getAttribute('data-term'), `Tab leads on to ${on}`);
			}
		});
	}
});

test('the glossary’s data is fetched on first use, and never before', () =>
	withPage({}, async (page) => {
		const seen = fetches(page);
		await visit(page, 'learn/4-kl/');
		await page.waitForTimeout(300);
		assert.deepEqual(seen, []);
		for (const word of (await words(page).all()).slice(0, 2)) await word.click();
		await popover(page).waitFor({ state: 'visible' });
		assert.equal(seen.length, 1);
	}));

test('a word is a link where scripts are off, or the data cannot be had', async () => {
	await withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address('learn/4-kl/'));
		const word = words(page).first();
		const id = await word.getAttribute('data-term');
		await word.click();
		await page.waitForURL(address(`${glossary}#${id}`));
		assert.ok(await page.locator(`[id="${id}"]`).isVisible());
	});
	await withPage({}, async (page) => {
		await page.route('**/glossary.json', (route) =>
			route.fulfill({ status: 200, body: 'not what was asked for' }),
		);
		await visit(page, 'learn/4-kl/');
		await words(page).first().click();
		await page.waitForURL(/ref\/glossary\/#/);
		await ready(page);
	});
});

test('/ looks a word up', () =>
	withPage({}, async (page) => {
		await visit(page, 'learn/4-kl/');
		await page.keyboard.press('/');
		const dialog = page.getByRole('dialog', { name: 'Look up a word' });
		const found = dialog.getByRole('list', { name: 'Found' }).getByRole('link');
		await found.first().waitFor();
		const all = await found.count();
		assert.ok(all >= 40, `${all} terms`);
		await page.keyboard.type('logits');
		await page.waitForFunction((n) => document.querySelectorAll('dialog[open] li').length < n, all);
		assert.match(await found.first().innerText(), /^logit\n/);
		assert.match(await dialog.getByRole('status').innerText(), /^\d+ found$/);
		await page.keyboard.press('ArrowDown');
		assert.ok(await found.first().evaluate((e) => e === document.activeElement));
		await page.keyboard.press('ArrowUp');
		await page.keyboard.press('Enter');
		await page.waitForURL(address(`${glossary}#logit`));
		await ready(page);
		assert.ok(await page.locator('#logit').isVisible());
	}));

test('the search: accessible, closed by Escape, honest when it finds nothing, silent while one types elsewhere', async () => {
	for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
		await withPage({ viewport: phone, colorScheme }, async (page) => {
			await visit(page, 'learn/1-code/');
			const box = page.locator('section.explorer').getByRole('textbox').first();
			await box.focus();
			await page.keyboard.press('/');
			assert.equal(await page.locator('dialog[open]').count(), 0, 'opens while a number is typed');
			const button = page.getByRole('button', { name: 'Look up a word' });
			await button.press('Enter');
			const dialog = page.getByRole('dialog', { name: 'Look up a word' });
			await dialog.getByRole('link').first().waitFor();
			assert.deepEqual(await violations(page), []);
			await page.keyboard.type('zzz');
			assert.match(await dialog.getByRole('status').innerText(), /Nothing is called “zzz”/);
			await page.keyboard.press('Escape');
			if (await dialog.isVisible()) await page.keyboard.press('Escape'); // the first clears the box in some browsers
			await dialog.waitFor({ state: 'hidden' });
			assert.ok(await button.evaluate((e) => e === document.activeElement), 'the focus is lost');
		});
	}
});
