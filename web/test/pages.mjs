// @ts-check
// What holds for every page of the site, whatever is on it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
	address,
	background,
	desk,
	newPage,
	overflow,
	phone,
	ready,
	setUp,
	violations,
	visit,
	watch,
	withPage,
	withPageAgain,
} from './harness.mjs';
import { dist, pagesOf, serveFolder } from './server.mjs';

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

/** @param {string} path */
function page(path) {
	describe(`/${path}`, () => {
		test('accessible, in light and dark, at 390 and 1200 px', () =>
			withPageAgain({ viewport: phone }, async (page) => {
				await visit(page, path);
				for (const viewport of [phone, desk]) {
					await page.setViewportSize(viewport);
					for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
						await page.emulateMedia({ colorScheme });
						const where = `${colorScheme} at ${viewport.width} px`;
						assert.deepEqual(await violations(page), [], where);
						const colour = await background(page);
						const channels = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
						const light = channels.reduce((sum, c) => sum + c, 0) / 3;
						assert.equal(light > 128, colorScheme === 'light', `background ${colour}, ${where}`);
					}
				}
			}));

		test('not wider than its window; targets of at least 24 px', () =>
			withPageAgain({ viewport: { width: 768, height: 800 } }, async (page) => {
				await visit(page, path);
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
			}));

		test('readable with scripts off', () =>
			withPageAgain({ javaScriptEnabled: false }, async (page) => {
				await page.goto(address(path));
				assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
				const words = (await page.getByRole('main').innerText()).split(/\s+/).length;
				assert.ok(words >= 100, `${words} words in main`);
				const numbers = (await page.getByRole('main').innerText()).match(/\d\.\d{2,}/g) ?? [];
				assert.ok(numbers.length >= 3, `figures in the prerendered text: ${numbers}`);
			}));

		test('does not move while it loads', () =>
			withPage({ viewport: phone }, async (page) => {
				await page.addInitScript(() => {
					Object.assign(window, { shift: 0 });
					new PerformanceObserver((list) => {
						// @ts-expect-error layout shifts are not in TypeScript's DOM library
						for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
					}).observe({ type: 'layout-shift', buffered: true });
				});
				await visit(page, path);
				await page.waitForTimeout(300);
				const shift = await page.evaluate('window.shift');
				assert.ok(Number(shift) <= 0.02, `cumulative layout shift ${shift}, want at most 0.02`);
			}));

		test('hydration leaves the prerendered text as it is', async () => {
			const text = (/** @type {boolean} */ javaScriptEnabled) =>
				withPageAgain({ javaScriptEnabled, reducedMotion: 'reduce' }, async (page) => {
					if (javaScriptEnabled) await visit(page, path);
					else await page.goto(address(path));
					return page.evaluate(() => {
						const main = /** @type {HTMLElement} */ (document.querySelector('main')?.cloneNode(true));
						for (const e of main.querySelectorAll('noscript')) e.remove();
						return main.textContent?.replace(/\s+/g, ' ').trim();
					});
				});
			const [before, after] = [await text(false), await text(true)];
			assert.ok(before);
			assert.equal(after, before);
		});

		for (const javaScriptEnabled of [false, true]) {
			test(`links lead somewhere, scripts ${javaScriptEnabled ? 'on' : 'off'}`, () =>
				withPageAgain({ javaScriptEnabled }, async (page) => {
					if (javaScriptEnabled) await visit(page, path);
					else await page.goto(address(path));
					const links = await page
						.locator('a[href]')
						.evaluateAll((list) => list.map((a) => /** @type {HTMLAnchorElement} */ (a).href));
					const { origin } = new URL(address());
					const own = [...new Set(links)].filter((link) => new URL(link).origin === origin);
					assert.ok(own.length >= 5, `only ${own.length} links to pages of the site: no way on`);
					for (const link of own) {
						const answer = await page.request.get(link);
						assert.equal(answer.status(), 200, link);
						const anchor = new URL(link).hash.slice(1);
						const id = /^v\d+;(\w+)\./.exec(anchor)?.[1] ?? anchor; // a state of an explorer leads to it
						if (id.startsWith('v1;')) continue; // that of the page leads nowhere
						if (id) assert.match(await answer.text(), new RegExp(`id="${id}"`), link);
					}
				}));
		}

		test('says what it is', () =>
			withPageAgain({}, async (page) => {
				await visit(page, path);
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
			}));
	});
}
