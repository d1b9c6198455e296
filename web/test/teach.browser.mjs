// @ts-check
// Lessons: links that open any explorer with a question and without some of its parts, and the page that makes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, newPage, phone, ready, setUp, violations, visit, withPage } from './harness.mjs';

/** @import { Locator, Page } from 'playwright-core' */
/** @typedef {{ path: string, id: string, title: string, parts: { name: string, labels: string[] }[], presets: { name: string, state: string }[] }} Described */

setUp();

/** The explorers, as the page names them. @param {Page} page @returns {Promise<Described[]>} */
async function explorers(page) {
	await visit(page, 'teach/');
	const text = await page.locator('#explorers').getAttribute('data-explorers');
	/** @type {Described[]} */
	const all = JSON.parse(String(text));
	const { XENT_PAGES: only = '' } = process.env;
	return only === 'teach/' ? all.slice(0, 2) : all.filter((e) => e.path.startsWith(only));
}

test('every explorer of the site is named, with its parts and examples', () =>
	withPage({}, async (page) => {
		const all = await explorers(page);
		assert.ok(all.length >= 2, `${all.length} explorers`);
		assert.equal(new Set(all.map((e) => e.id)).size, all.length, 'an id for each');
		for (const one of all) {
			await visit(page, one.path);
			assert.equal(await page.locator(`section.explorer#${one.id} h3`).first().innerText(), one.title);
			assert.ok(one.parts.length >= 7, `${one.id} has ${one.parts.length} parts`);
			assert.ok(one.presets.length >= 3, `${one.id} has ${one.presets.length} examples`);
			for (const { name, state } of one.presets) {
				await page.evaluate((to) => (location.hash = to || '#v1'), state);
				const button = page.locator(`#${one.id}`).getByRole('button', { name, exact: true });
				await button.and(page.locator('[aria-pressed=true]')).waitFor({ timeout: 3000 });
				assert.equal(await page.locator(`#${one.id} .notice`).count(), 0, `${one.id}: ${name}`);
			}
		}
	}));

test('a lesson asks its question and hides what it names, in every explorer', () =>
	withPage({}, async (page) => {
		for (const { path, id, parts } of await explorers(page)) {
			const ask = 'Why <b>not</b>?\nSay it; in 3,5 words & “signs” 😀.';
			const names = parts.map((p) => p.name);
			await visit(page, `${path}#v1;${id}.ask=${encodeURIComponent(ask)};${id}.hide=${names.join()}`);
			const one = page.locator(`#${id}`);
			assert.equal(await one.locator('.ask').innerText(), `Your question\n${ask}`);
			assert.ok(await one.evaluate((e) => Math.abs(e.getBoundingClientRect().top) < 200), 'not in sight');
			const shown = one.locator('[data-part]:visible');
			const left = await shown.evaluateAll((all) => all.map((e) => e.getAttribute('data-part')));
			assert.deepEqual(left, [], `${id}: not hidden`);
			await one.getByRole('button', { name: 'Show everything' }).press('Enter');
			assert.ok((await shown.count()) >= 5, `${id}: shown again`);
			assert.equal(await one.locator('.notice').count(), 0);
		}
	}));

test('hiding one control leaves the others, and the link of a changed state keeps the lesson', async () => {
	const page = await newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
	await visit(page, 'learn/4-kl/#v1;e4.ask=Where%20to%3F;e4.hide=move-q-to-p,code');
	const one = page.locator('#e4');
	assert.ok(await one.getByRole('slider', { name: 'Move q to p' }).isHidden());
	assert.ok(await one.getByRole('tab').first().isHidden());
	assert.ok(await one.getByRole('slider', { name: /^A: q/ }).isVisible());
	await one.getByRole('slider', { name: /^A: q/ }).press('ArrowRight');
	await one.getByRole('button', { name: /^Copy a link/ }).press('Enter');
	const link = await page.evaluate(() => navigator.clipboard.readText());
	for (const part of [/;e4\.q=0\.34,/, /;e4\.ask=Where%20to%3F(;|$)/, /;e4\.hide=move-q-to-p,code(;|$)/])
		assert.match(link, part);
	await one.getByRole('button', { name: 'Reset' }).press('Enter');
	assert.equal(await one.locator('.ask').count(), 1, 'the question is no state');
	assert.deepEqual(await violations(page), []);
	await page.context().close();
});

test('a name that is none, or a question too long, is told', () =>
	withPage({}, async (page) => {
		for (const [hash, want] of /** @type {const} */ ([
			['e4.hide=code,"]*{}', /cannot be read/],
			[`e4.ask=${'a'.repeat(700)}`, /out of range/],
		])) {
			await page.goto(address(`learn/4-kl/#v1;${hash}`));
			await page.reload();
			await ready(page);
			assert.match(await page.locator('#e4 .notice').innerText(), want);
			assert.ok(await page.locator('#e4').getByRole('tab').first().isVisible());
		}
	}));

test('the lessons that are ready work', () =>
	withPage({}, async (page) => {
		const all = await explorers(page);
		const links = await page
			.locator('.ready h3 a')
			.evaluateAll((list) => list.map((a) => /** @type {HTMLAnchorElement} */ (a).href));
		assert.ok(links.length >= 4);
		for (const link of links) {
			await page.goto(link);
			await ready(page);
			const id = String(/;(\w+)\.ask=/.exec(link)?.[1]);
			assert.ok(await page.locator(`#${id} .ask`).isVisible());
			assert.equal(await page.locator('.notice').count(), 0);
			const names = all.find((e) => e.id === id)?.parts.map((p) => p.name) ?? [];
			for (const name of String(/\.hide=([^;]*)/.exec(link)?.[1]).split(','))
				assert.ok(names.includes(name), `${link}: no part ${name} in ${names}`);
		}
	}));

test('the builder makes the lesson that was asked for', async () => {
	const page = await newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
	await visit(page, 'teach/');
	const builder = page.locator('.builder');
	await builder.locator('select').first().selectOption('e4');
	await builder.locator('select').last().selectOption('q = p');
	await builder.getByLabel('Your question').fill('  What remains?  ');
	await builder.getByLabel('The code').check();
	await builder.getByLabel('The tables').check();
	const copy = async () => {
		await builder.getByRole('button', { name: /^Copy the link/ }).press('Enter');
		return page.evaluate(() => navigator.clipboard.readText());
	};
	const link = await copy();
	assert.equal(link, address('learn/4-kl/#v1;e4.q=0.6,0.3,0.1;e4.ask=What%20remains%3F;e4.hide=code,tables'));

	const paste = builder.getByLabel(/paste it here/);
	await paste.fill(`${address('learn/1-code/')}#v1;unit=bits;e1.z=0,0,3;e1.hide=formula`);
	assert.equal(await builder.locator('select').first().inputValue(), 'e1');
	assert.ok(await builder.getByLabel('The formula').isChecked());
	assert.match(
		await copy(),
		/learn\/1-code\/#v1;unit=bits;e1\.z=0,0,3;e1\.ask=What%20remains%3F;e1\.hide=formula$/,
	);
	await paste.fill('https://example.org/');
	assert.match(await builder.getByRole('status').first().innerText(), /not the address/);
	await page.context().close();
});

test('the sheet: kept in the address, arranged, and alone on paper', () =>
	withPage({}, async (page) => {
		await visit(page, 'teach/');
		const add = page.getByRole('button', { name: 'Put it on a sheet' });
		for (const question of ['First, this', 'Then that']) {
			await page.getByLabel('Your question').fill(question);
			await add.press('Enter');
		}
		const tasks = page.locator('.sheet li .ask');
		assert.deepEqual(await tasks.allInnerTexts(), ['First, this', 'Then that']);
		await page.locator('.sheet li').nth(1).getByRole('button', { name: 'Up' }).press('Enter');
		await page.getByLabel('Title').fill('Entropy, week 3');
		await page.waitForTimeout(500);
		await page.reload();
		await ready(page);
		assert.deepEqual(await tasks.allInnerTexts(), ['Then that', 'First, this']);
		assert.ok(await page.getByRole('heading', { name: 'Entropy, week 3' }).isVisible());
		await page.emulateMedia({ media: 'print' });
		assert.ok(await page.locator('.sheet .lines').first().isVisible());
		for (const gone of ['.about', '.builder', '.sheet .tools', '#make'])
			assert.ok(await page.locator(gone).first().isHidden(), `${gone} is printed`);
	}));

test('the page with a sheet is accessible on a phone', async () => {
	for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
		await withPage({ viewport: phone, colorScheme }, async (page) => {
			await visit(page, 'teach/');
			await page.getByLabel('Your question').fill('Why?');
			await page.getByRole('button', { name: 'Put it on a sheet' }).press('Enter');
			assert.deepEqual(await violations(page), []);
		});
	}
});
