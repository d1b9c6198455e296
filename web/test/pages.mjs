// @ts-check
// What holds for every page of the site, whatever is on it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
	address,
	background,
	desk,
	overflow,
	phone,
	setUp,
	shifted,
	violations,
	visit,
	withPageAgain,
} from './harness.mjs';
import { pagesOf } from './server.mjs';

/** @import { Page } from 'playwright-core' */

/**
 * Looks at every so-manieth page, from the given one on: a file of tests each, so that they run side by side.
 * @param {number} first
 * @param {number} every
 */
export async function holdPages(first, every) {
	setUp();
	const pages = await pagesOf();
	test('the site has pages', () => assert.ok(pages.length > 0));
	pages.filter((_, i) => i % every === first).forEach(page);
}

/**
 * Each page is loaded three times, not once a test: without scripts, with them, and on a phone. A load costs as much as
 * most of what is looked at.
 * @param {string} path
 */
function page(path) {
	describe(`/${path}`, () => {
		/** What main says before any script runs. @type {string | undefined} */
		let prerendered;

		test('with scripts off', (t) =>
			withPageAgain({ javaScriptEnabled: false }, async (page) => {
				const answer = await page.goto(address(path));
				prerendered = await words(page);

				await t.test('its policy is the policy of the server', async () => {
					const own = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
					const directives = (own ?? '').split('; ');
					assert.ok(directives.includes("default-src 'self'"), String(own));
					assert.ok(directives.includes("script-src 'self' 'wasm-unsafe-eval'"), String(own));
					assert.doesNotMatch(String(own), /unsafe-inline|'unsafe-eval'|http|\*/);
					if (!process.env.XENT) return; // a plain static host sends none
					const sent = (answer?.headers()['content-security-policy'] ?? '').split('; ');
					for (const directive of directives)
						assert.ok(sent.includes(directive), `${directive} is not in ${sent}`);
				});

				await t.test('readable', async () => {
					assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
					const main = await page.getByRole('main').innerText();
					const count = main.split(/\s+/).length;
					assert.ok(count >= 100, `${count} words in main`);
					const numbers = main.match(/\d\.\d{2,}/g) ?? [];
					assert.ok(numbers.length >= 3, `figures in the prerendered text: ${numbers}`);
				});

				await t.test('links lead somewhere', () => linksLead(page));
			}));

		test('with scripts on', (t) =>
			withPageAgain({ reducedMotion: 'reduce' }, async (page) => {
				await visit(page, path);

				await t.test('hydration leaves the prerendered text as it is', async () => {
					assert.ok(prerendered);
					assert.equal(await words(page), prerendered);
				});
				await page.emulateMedia({ reducedMotion: 'no-preference' });

				await t.test('links lead somewhere', () => linksLead(page));

				await t.test('accessible, in light and dark, at 390 and 1200 px', async () => {
					for (const viewport of [phone, desk]) {
						await page.setViewportSize(viewport);
						for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
							await page.emulateMedia({ colorScheme });
							const where = `${colorScheme} at ${viewport.width} px`;
							const which = colorScheme === 'light' ? 'all' : 'colours';
							assert.deepEqual(await violations(page, '', which), [], where);
							const colour = await background(page);
							const channels = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
							const light = channels.reduce((sum, c) => sum + c, 0) / 3;
							assert.equal(light > 128, colorScheme === 'light', `background ${colour}, ${where}`);
						}
					}
				});

				await t.test('not wider than its window; targets of at least 24 px', async () => {
					for (const width of [768, 390, 320]) {
						await page.setViewportSize({ width, height: 800 });
						assert.deepEqual(await overflow(page), { excess: 0, by: [] }, `at ${width} px`);
					}
					await page.setViewportSize(phone);
					// Links within a sentence are exempt (WCAG 2.5.8); what stands in a label is as large as that.
					const small = await page.evaluate(() =>
						[...document.querySelectorAll('button, input, select, summary, [role=slider], [role=tab], nav a')]
							.map((e) => ({ e, box: (e.closest('label') ?? e).getBoundingClientRect() }))
							.filter(
								({ e, box }) => box.width > 1 && (box.width < 24 || box.height < 24) && !e.closest('.skip'),
							)
							.map(({ e, box }) => `${e.outerHTML.slice(0, 120)} ${box.width} x ${box.height}`),
					);
					assert.deepEqual(small, []);
				});

				await t.test('says what it is', async () => {
					await page.setViewportSize(desk);
					assert.match(await page.title(), /xent/);
					assert.equal(await page.locator('html').getAttribute('lang'), 'en');
					assert.ok(await page.locator('meta[name=description]').getAttribute('content'));
					await page.keyboard.press('Tab');
					const first = await page.evaluate(() => [
						document.activeElement?.textContent,
						document.activeElement?.getAttribute('href'),
					]);
					assert.match(String(first[0]), /^Skip to/, 'the first stop of the Tab key');
					assert.equal(await page.locator(String(first[1])).count(), 1);
				});
			}));

		test('on a phone', (t) =>
			withPageAgain({ viewport: phone }, async (page) => {
				await visit(page, path);
				await page.waitForTimeout(300);

				await t.test('does not move while it loads', async () => {
					const shift = await shifted(page);
					assert.ok(shift <= 0.02, `cumulative layout shift ${shift}, want at most 0.02`);
				});

				await t.test('/ looks a word up', async () => {
					await page.keyboard.press('/');
					const dialog = page.getByRole('dialog', { name: 'Look up a word' });
					await dialog.getByRole('list', { name: 'Found' }).getByRole('link').first().waitFor();
					await page.keyboard.press('Escape');
					await dialog.waitFor({ state: 'hidden' });
				});

				if (path.startsWith('learn/'))
					await t.test('the contents open and close, by keyboard', async () => {
						const contents = page.getByRole('navigation', { name: 'Contents' });
						const menu = page.getByRole('button', { name: 'Contents' });
						assert.ok(await contents.isHidden());
						await menu.press('Enter');
						assert.equal(await menu.getAttribute('aria-expanded'), 'true');
						assert.ok(await contents.isVisible());
						assert.equal(await contents.locator('[aria-current=page]').count(), 1);
						await page.keyboard.press('Escape');
						assert.ok(await contents.isHidden());
					});
			}));
	});
}

/** What main says, without what it says to those without scripts. @param {Page} page */
function words(page) {
	return page.evaluate(() => {
		const main = /** @type {HTMLElement} */ (document.querySelector('main')?.cloneNode(true));
		for (const e of main.querySelectorAll('noscript')) e.remove();
		return main.textContent?.replace(/\s+/g, ' ').trim();
	});
}

/** The links that have been followed, from whatever page, and what is there. @type {Map<string, Promise<string>>} */
const followed = new Map();

/** Fails unless every link of a page to the site leads to a page, and its anchor to something there. @param {Page} page */
async function linksLead(page) {
	const links = await page
		.locator('a[href]')
		.evaluateAll((list) => list.map((a) => /** @type {HTMLAnchorElement} */ (a).href));
	const { origin } = new URL(address());
	const own = [...new Set(links)].map((link) => new URL(link)).filter((link) => link.origin === origin);
	assert.ok(own.length >= 5, `only ${own.length} links to pages of the site: no way on`);
	for (const { href, hash } of own) {
		const file = href.slice(0, href.length - hash.length);
		const text = followed.get(file) ?? get(page, file);
		followed.set(file, text);
		const anchor = hash.slice(1);
		const id = /^v\d+;(\w+)\./.exec(anchor)?.[1] ?? anchor; // a state of an explorer leads to it
		if (id.startsWith('v1;')) continue; // that of the page leads nowhere
		if (id) assert.match(await text, new RegExp(`id="${id}"`), href);
		else await text;
	}
}

/** What is at an address of the site. @param {Page} page @param {string} link */
async function get(page, link) {
	const answer = await page.request.get(link);
	assert.equal(answer.status(), 200, link);
	return answer.text();
}
