// @ts-check
// Explorer E0 of chapter 1: the words of two codes, what a message costs in each, and its code in each language.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, caughtUp, phone, ready, setUp, visit, withPage } from './harness.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const path = 'learn/1-code/';

/**
 * Of each code the message in it, its bits, its information, and the bits of a symbol on average; p comes first.
 * @param {Page} page
 */
const codes = (page) =>
	page
		.locator('#e0 figure:has(.bits)')
		.evaluateAll((figures) =>
			figures.map((figure) => [
				[...figure.querySelectorAll('.bits span')].map((word) => word.textContent).join(' '),
				...(figure.querySelector('p:last-child')?.textContent?.match(/\d+(\.\d+)?|∞/g) ?? []),
			]),
		);

const ofTruth = ['0 10 0 110 0 10 0 111', '14', '9.7041', '1.7500'];

test('the figures of the chapter, with scripts off and on', async () => {
	const opening = [ofTruth, ['00 01 00 10 00 01 00 11', '16', '11.0904', '2.0000']];
	await withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		assert.deepEqual(await codes(page), opening);
	});
	await withPage({}, async (page) => {
		await visit(page, path);
		assert.deepEqual(await codes(page), opening);
	});
});

/** @type {[string, string[][], string][]} */
const states = [
	['unit=bits', [['0 10 0 110 0 10 0 111', '14', '14.0000', '1.7500'], ['00 01 00 10 00 01 00 11', '16', '16.0000', '2.0000']], 'whole bits lose nothing here'],
	['e0.q=0.5,0.25,0.125,0.125', [ofTruth, ofTruth], 'the right model'],
	['unit=bits;e0.q=0.125,0.125,0.25,0.5', [['0 10 0 110 0 10 0 111', '14', '14.0000', '1.7500'], ['000 001 000 01 000 001 000 1', '21', '21.0000', '2.6250']], 'upside down: dearer than no model'],
	['e0.q=0.5,0.25,0.25,0', [ofTruth, ['0 10 0 11 0 10 0 ✗', '∞', '∞', '∞']], 'no word for D, and a D comes'],
	['e0.q=0.5,0.25,0.25,0;e0.m=0,1', [['0 10', '3', '2.0794', '1.7500'], ['0 10', '3', '2.0794', '∞']], 'no D in the message: only the mean is infinite'],
	['unit=bits;e0.p=0.9,0.1;e0.q=0.9,0.1;e0.m=0,0,1', [['0 0 1', '3', '3.6259', '1.0000'], ['0 0 1', '3', '3.6259', '1.0000']], 'a word has at least one bit'],
	['e0.m=', [['', '0', '0.0000', '1.7500'], ['', '0', '0.0000', '2.0000']], 'no message costs nothing'],
]; // prettier-ignore

for (const [hash, want, why] of states) {
	test(`${hash}: ${why}`, () =>
		withPage({}, async (page) => {
			await page.goto(address(`${path}#v1;${hash}`));
			await ready(page);
			await caughtUp(page);
			assert.deepEqual(await codes(page), want);
			assert.doesNotMatch(await page.locator('#e0').innerText(), /NaN|undefined/);
		}));
}

test('a link that fits nothing is mended, and says so', () =>
	withPage({}, async (page) => {
		await page.goto(address(`${path}#v1;e0.p=1,1;e0.m=0,5`));
		await ready(page);
		await caughtUp(page);
		const notice = await page.locator('#e0 .notice').innerText();
		for (const part of ['e0.p was scaled', 'e0.q was scaled', 'e0.m has symbols that do not exist'])
			assert.ok(notice.includes(part), notice);
		assert.equal((await codes(page))[0]?.[0], '0');
	}));

test('by keyboard: bars make new words, a message is typed, undo takes both back', () =>
	withPage({ viewport: phone }, async (page) => {
		await visit(page, path);
		const q = page.getByRole('slider', { name: 'A: q, the model' });
		await q.focus();
		await page.keyboard.press('End');
		await caughtUp(page);
		assert.equal(await q.getAttribute('aria-valuetext'), '1.0000');
		assert.deepEqual((await codes(page))[1]?.slice(1), ['∞', '∞', '∞'], 'B comes and has no word');
		await page.keyboard.press('Home');
		for (let i = 0; i < 50; i++) await page.keyboard.press('ArrowRight');
		await caughtUp(page);
		assert.equal(await q.getAttribute('aria-valuetext'), '0.5000');
		assert.deepEqual((await codes(page))[0], ofTruth, 'the code of the truth stays');

		await page.waitForTimeout(400); // one step of undo ends where the hand rests
		const message = page.locator('#e0').getByRole('searchbox', { name: 'Message' });
		await message.focus();
		await page.keyboard.press('ControlOrMeta+A');
		await page.keyboard.type('aa zb!');
		await caughtUp(page);
		assert.equal(await message.inputValue(), 'AAB', 'of what is typed only symbols that exist');
		assert.deepEqual((await codes(page))[0]?.slice(0, 2), ['0 0 10', '4']);
		const summary = page.locator('#e0 p.unseen[aria-live]', {
			hasText: 'takes 4 bits in the code made for the truth',
		});
		await summary.waitFor({ state: 'attached', timeout: 5000 }); // it speaks once a second

		await page.locator('#e0').getByRole('button', { name: 'Undo' }).press('Enter');
		await caughtUp(page);
		assert.deepEqual((await codes(page))[0], ofTruth);
		await page.locator('#e0').getByRole('button', { name: 'Reset' }).press('Enter');
		await caughtUp(page);
		assert.deepEqual((await codes(page))[1]?.slice(1, 2), ['16']);
	}));

test('its code in four languages carries the numbers of the moment', () =>
	withPage({}, async (page) => {
		await page.goto(address(`${path}#v1;e0.q=0.5,0.25,0.25,0`));
		await ready(page);
		await caughtUp(page);
		const e0 = page.locator('#e0');
		for (const [name, comment] of [
			['Go', '// +Inf bits, +Inf a symbol on average'],
			['NumPy', '# inf bits, inf a symbol on average'],
			['PyTorch', '# inf bits, inf a symbol on average'],
			['JSON', '"bits": "Infinity"'],
		]) {
			await e0.getByRole('tab', { name: String(name), exact: true }).click();
			await caughtUp(page);
			const shown = await e0.locator('[role=tabpanel]:visible pre').innerText();
			assert.ok(shown.includes(String(comment)) && shown.includes('0.5, 0.25, 0.25, 0'), shown);
		}
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await e0.getByRole('button', { name: 'Copy the JSON code' }).press('Enter');
		await e0.getByRole('button', { name: 'Copy the JSON code: Copied' }).waitFor();
		const copied = await page.evaluate(() => navigator.clipboard.readText());
		assert.deepEqual(JSON.parse(copied).q, [0.5, 0.25, 0.25, 0]);
	}));

test('E1 shows and copies the code of the kind of label that it has', () =>
	withPage({}, async (page) => {
		await visit(page, path);
		const e1 = page.locator('#e1');
		const shown = () => e1.locator('[role=tabpanel]:visible pre:visible').allInnerTexts();
		const [hard] = await shown();
		assert.equal((await shown()).length, 1);
		await e1.getByRole('button', { name: 'Soft label' }).press('Enter');
		await caughtUp(page);
		const [soft] = await shown();
		assert.equal((await shown()).length, 1);
		assert.notEqual(soft, hard);
		assert.match(String(soft), /0\.7, 0\.2, 0\.1, 0/);
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await e1.getByRole('button', { name: 'Copy the Go code' }).press('Enter');
		await e1.getByRole('button', { name: 'Copy the Go code: Copied' }).waitFor();
		assert.match(await page.evaluate(() => navigator.clipboard.readText()), /0\.7, 0\.2, 0\.1, 0/);
	}));
