// @ts-check
// What surrounds the pages: theme, navigation, the help on keys, and a core that fails to load.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	address,
	background,
	caughtUp,
	newPage,
	phone,
	ready,
	setUp,
	unhurried,
	violations,
	visit,
	withPage,
} from './harness.mjs';
import { pagesOf } from './server.mjs';

setUp();
const pages = await pagesOf();
const chapters = pages.filter((path) => path.startsWith('learn/'));
/** A page of each kind: the first, and the first of each folder. */
const kinds = pages.filter((path, i) => pages.findIndex((p) => p.split('/')[0] === path.split('/')[0]) === i);

test('the theme is chosen, stored, and kept from page to page', () =>
	withPage({ colorScheme: 'light' }, async (page) => {
		await visit(page);
		const light = await background(page);
		const theme = page.getByRole('button', { name: /^Theme: / });
		for (let i = 0; i < 3 && (await page.locator('html').getAttribute('data-theme')) !== 'dark'; i++)
			await theme.press('Enter');
		assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
		assert.match(String(await theme.getAttribute('aria-label')), /^Theme: dark/);
		const dark = await background(page);
		assert.notEqual(dark, light);
		assert.ok(kinds.length >= 4);
		for (const path of kinds) {
			await page.goto(address(path), { waitUntil: 'commit' });
			await page.locator('body').waitFor({ state: 'attached' });
			assert.equal(await background(page), dark, `/${path}, before its scripts`);
			await ready(page);
			assert.equal(await background(page), dark, `/${path}`);
		}
	}));

test('a link may bring its theme, and stores nothing', () =>
	withPage({ colorScheme: 'light' }, async (page) => {
		await visit(page, '#v1;theme=dark');
		assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark');
		await page.goto(address(pages[1]));
		await ready(page);
		assert.equal(await page.locator('html').getAttribute('data-theme'), null);
	}));

test('motion is switched off, stored, kept on every page, and by a link', () =>
	withPage({}, async (page) => {
		const moves = () =>
			page
				.locator('[data-link]')
				.first()
				.evaluate((e) => getComputedStyle(e).transitionDuration);
		const path = chapters[0];
		await visit(page, path);
		assert.notEqual(await moves(), '0s');
		await page.getByRole('button', { name: /^Motion: as the system/ }).press('Enter');
		await page.getByRole('button', { name: /^Motion: none/ }).waitFor();
		assert.equal(await moves(), '0s');
		await visit(page);
		await visit(page, path);
		assert.equal(await moves(), '0s');
		await page.getByRole('button', { name: /^Motion: none/ }).press('Enter');
		assert.notEqual(await moves(), '0s');
		await page.goto('about:blank');
		await visit(page, `${path}#v1;motion=none`);
		assert.equal(await moves(), '0s');
		assert.equal(await page.evaluate(() => localStorage.getItem('xent-motion')), null, 'shown, not stored');
	}));

test('the core that cannot be loaded is told, and the page stays readable', async () => {
	const page = await newPage();
	await page.route('**/*.wasm', (route) => route.abort());
	for (const path of pages) {
		await page.goto(address(path));
		await page.getByText('could not be loaded').waitFor({ state: 'visible', timeout: 10_000 });
		assert.equal(await page.locator('html[data-ready]').count(), 0);
		assert.match(await page.getByRole('main').innerText(), /\d\.\d{2,}/);
	}
	await page.context().close();
	await withPage({}, async (page) => {
		await visit(page);
		assert.ok(await page.getByText('could not be loaded').isHidden(), 'told without need');
	});
});

test('open contents are accessible, in light and dark', async () => {
	for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
		await withPage({ viewport: phone, colorScheme }, async (page) => {
			await visit(page, chapters[0]);
			await page.getByRole('button', { name: 'Contents' }).press('Enter');
			assert.ok(await page.getByRole('navigation', { name: 'Contents' }).isVisible());
			assert.deepEqual(await violations(page), []);
		});
	}
});

test('the help on keys opens with ?, holds the focus and closes with Escape', () =>
	withPage({}, async (page) => {
		await visit(page, chapters[0]);
		await page.keyboard.press('?');
		const dialog = page.getByRole('dialog');
		assert.ok(await dialog.isVisible());
		assert.match(await dialog.innerText(), /Home/);
		for (let i = 0; i < 5; i++) {
			await page.keyboard.press('Tab');
			const inside = await page.evaluate(
				() => document.activeElement === document.body || !!document.activeElement?.closest('dialog'),
			);
			assert.ok(inside, 'the focus leaves the open dialog');
		}
		assert.deepEqual(await violations(page), []);
		await page.keyboard.press('Escape');
		assert.ok(await dialog.isHidden());
	}));

test('chapters are walked by their links before and after', () =>
	withPage({}, async (page) => {
		await visit(page, chapters[0]);
		for (const path of chapters.slice(1)) {
			await page.locator('a[rel=next]').press('Enter');
			await page.waitForURL(address(path));
			await ready(page);
		}
		await page.locator('a[rel=prev]').press('Enter');
		await page.waitForURL(address(chapters.at(-2)));
		await ready(page);
	}));

test('what is out of sight catches up by itself, and at once when the window is left', () =>
	withPage({}, async (page) => {
		await visit(page, 'learn/1-code/#e1');
		const tables = page.locator('section.explorer#e1 table');
		await page.locator('section.explorer#e1 summary').first().press('Enter');
		await tables.first().waitFor();
		const slider = page.locator('section.explorer#e1 .stage').getByRole('slider').first();
		await slider.focus();
		/** @type {string[]} */
		const shown = [];
		for (const wait of [unhurried, caughtUp, unhurried]) {
			for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight'); // the first is followed, the last waits
			await wait(page);
			shown.push((await tables.allTextContents()).join());
			await caughtUp(page);
			assert.equal(
				(await tables.allTextContents()).join(),
				shown.at(-1),
				`nothing was left after ${wait.name}`,
			);
		}
		assert.equal(new Set(shown).size, 3, 'the tables follow');
	}));
