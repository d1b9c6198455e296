// @ts-check
// The knowledge check: each kind of question by keyboard, what is kept of the answers, and the days on which a missed
// question comes back, by a clock that these tests set.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { address, newPage, phone, ready, setUp, violations, visit, withPage } from './harness.mjs';

/** @import { Locator, Page } from 'playwright-core' */

setUp();
const path = 'learn/check/';
const monday = new Date(2026, 10, 23, 12);

/** The moment so many days after the first. @param {number} days */
const dayAfter = (days) => new Date(2026, 10, 23 + days, 9);

/** Opens the page on a day. @param {Page} page @param {Date} [day] */
async function open(page, day = monday) {
	await page.clock.setFixedTime(day);
	await visit(page, path);
}

/** @param {Page} page @param {string} id @returns {Locator} */
const item = (page, id) => page.locator(`[data-item="${id}"]`);

/** The key of a choice's right answer, or of a wrong one. @param {Locator} it @param {boolean} right */
const key = (it, right) =>
	it
		.locator(`[data-reply]${right ? '[data-right]' : ':not([data-right])'}`)
		.first()
		.getAttribute('data-reply');

/** Answers a choice by keyboard. @param {Locator} it @param {boolean} right */
async function choose(it, right) {
	await it.locator(`input[value="${await key(it, right)}"]`).press('Space');
	await it.getByRole('button', { name: 'Check' }).press('Enter');
}

/** @param {Locator} it */
const reply = (it) => it.getByRole('status').innerText();

/** What is stored. @param {Page} page */
const stored = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('xent-progress') ?? 'null'));

test('a choice: nothing is told before the check, then the reply; the first answer counts', () =>
	withPage({}, async (page) => {
		await open(page);
		const it = item(page, 'code-one-hot');
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /Choose an answer first/);
		assert.equal(await stored(page), null, 'an answer that was none');
		await it.locator(`input[value="${await key(it, false)}"]`).press('Space');
		assert.ok(await it.locator('details').isHidden(), 'the answers can be read before one is given');
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /^No\. .{15,}/);
		assert.ok(await it.locator('details').isVisible());
		await choose(it, true);
		assert.match(await reply(it), /^Yes\. .{15,}/);
		const { known, misses, due } = (await stored(page)).items['code-one-hot'];
		assert.deepEqual({ known, misses, due }, { known: false, misses: 1, due: '2026-11-24' });
		assert.match(await it.locator('.when').innerText(), /Comes back tomorrow/);
	}));

test('every answer of every choice has its reply, and one is right', () =>
	withPage({}, async (page) => {
		await open(page);
		const found = await page.evaluate(() => {
			const wrong = [];
			let checked = 0;
			for (const it of document.querySelectorAll('[data-kind=choice], [data-kind=bug]')) {
				const form = /** @type {HTMLFormElement} */ (it.querySelector('form'));
				const said = new Set();
				let right = 0;
				for (const radio of it.querySelectorAll('input')) {
					radio.checked = true;
					form.requestSubmit();
					const text = it.querySelector('[role=status]')?.textContent ?? '';
					if (text.startsWith('Yes.')) right++;
					said.add(text);
					checked++;
				}
				if (right !== 1 || said.size !== it.querySelectorAll('input').length) wrong.push(it.id);
			}
			return { wrong, checked };
		});
		assert.deepEqual(found.wrong, []);
		assert.ok(found.checked >= 50, `${found.checked} answers`);
	}));

test('a number: words are refused, too few digits asked for again, usual mistakes named', () =>
	withPage({}, async (page) => {
		await open(page);
		const it = item(page, 'kl-annotators');
		const box = it.getByRole('textbox');
		const answer = async (/** @type {string} */ text) => {
			await box.fill(text);
			await box.press('Enter');
			return reply(it);
		};
		assert.match(await answer('some'), /Type a number/);
		assert.equal(await box.getAttribute('aria-invalid'), 'true');
		assert.match(await answer('0,67'), /Right as far as it goes. Give 3 digits/);
		assert.equal(await box.getAttribute('aria-invalid'), 'false');
		assert.equal(await stored(page), null);
		assert.match(await answer('0.971'), /^No\. Right in bits/);
		assert.match(await answer('12'), /^No\. The loss is the entropy/);
		assert.match(await answer('0.673'), /^Yes\./);
	}));

test('an order: by the arrow keys and by dragging, told where it goes wrong', () =>
	withPage({}, async (page) => {
		await open(page);
		const it = item(page, 'kl-positive-order');
		const steps = () =>
			it.locator('[data-step]').evaluateAll((all) => all.map((s) => Number(s.getAttribute('data-place'))));
		const count = (await steps()).length;
		assert.notDeepEqual(await steps(), [0, 1, 2, 3]);
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /^Not yet\. Number 1 cannot stand there\. .{15,}/);
		for (let place = 0; place < count; place++) {
			const up = it.locator(`[data-step][data-place="${place}"] [data-move="-1"]`);
			await up.focus();
			while ((await steps())[place] !== place) await page.keyboard.press('ArrowUp');
			assert.ok(await up.evaluate((b) => b === document.activeElement), 'the focus stays with the step');
		}
		assert.match(await reply(it), /Place \d of 4/);
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /^Yes\./);

		const other = item(page, 'code-gradient-order');
		const first = other.locator('[data-step]').first();
		const name = await first.getAttribute('data-step');
		await first.scrollIntoViewIfNeeded();
		const from = await first.boundingBox();
		const to = await other.locator('[data-step]').nth(2).boundingBox();
		assert.ok(from && to);
		await page.mouse.move(from.x + 40, from.y + from.height / 2);
		await page.mouse.down();
		await page.mouse.move(to.x + 40, to.y + to.height - 4, { steps: 12 });
		await page.mouse.up();
		const names = await other
			.locator('[data-step]')
			.evaluateAll((all) => all.map((s) => s.getAttribute('data-step')));
		assert.equal(names.indexOf(name), 2, `${names}`);
	}));

test('a state: bars by keyboard, the number is told when checked', () =>
	withPage({}, async (page) => {
		await open(page);
		const it = item(page, 'kl-set-zero');
		assert.doesNotMatch(await it.innerText(), /D\(p‖q\) is now/);
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /^No\. D\(p‖q\) is now 0\.\d{4} bits\. /);
		for (const [index, to] of /** @type {const} */ ([
			[0, '0.5'],
			[1, '0.3'],
			[0, '0.5'],
			[1, '0.3'],
			[0, '0.5'],
			[1, '0.3'],
		])) {
			const box = it.getByRole('textbox').nth(index);
			await box.fill(to);
			await box.press('Enter');
			await it.getByRole('textbox').nth(2).fill('0.2');
			await it.getByRole('textbox').nth(2).press('Tab');
		}
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /^Yes\. D\(p‖q\) is now 0\.0000 bits\. /);

		const infinite = item(page, 'kl-set-infinite');
		await infinite.getByRole('slider').nth(2).press('ArrowRight');
		await infinite.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(infinite), /^Yes\. D\(q‖p\) is now ∞ bits\. /);
	}));

test('a bug is found by its line', () =>
	withPage({}, async (page) => {
		await open(page);
		const it = item(page, 'code-overflow-bug');
		await choose(it, false);
		assert.match(await reply(it), /^No\. /);
		await choose(it, true);
		assert.match(await reply(it), /^Yes\. The exponential of 1000/);
	}));

test('a curve: drawn by keyboard, and shown only when checked', () =>
	withPage({}, async (page) => {
		await open(page);
		const it = item(page, 'code-logit-draw');
		const lines = () => it.locator('path.line').count();
		const before = await lines();
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(
			await reply(it),
			/^No\. The point that is furthest off stands at .{1,4}: you said 4\.00, it is/,
		);
		assert.equal(await lines(), before + 1, 'the curve');
		const truth = [6.7, 3.7, 1.1, 0.1, 0];
		for (const [i, wanted] of truth.entries()) {
			const point = it.getByRole('slider').nth(i);
			await point.press('Home');
			for (let n = 0; n < Math.round(wanted / 0.16); n++) await point.press('ArrowUp');
		}
		await it.getByRole('button', { name: 'Check' }).press('Enter');
		assert.match(await reply(it), /^Yes\. /);
	}));

test('a missed question returns after a day, then after 3, 7 and 21, and then rests', () =>
	withPage({}, async (page) => {
		const id = 'code-clip';
		const round = page.getByRole('group', { name: 'A round of questions' });
		await open(page);
		await choose(item(page, id), false);
		await open(page); // the same day
		assert.match(await round.innerText(), /Nothing is due today/);
		let days = 0;
		for (const wait of [1, 3, 7, 21]) {
			days += wait;
			await open(page, dayAfter(days - 1));
			assert.match(await round.innerText(), /Nothing is due today/, `the day before, ${days - 1}`);
			await open(page, dayAfter(days));
			assert.match(await round.innerText(), /One question is due today/, `on day ${days}`);
			assert.match(await item(page, id).locator('.when').innerText(), /Due today/);
			await round.getByRole('button', { name: 'Answer what is due' }).press('Enter');
			assert.equal(await page.locator('[data-item]:visible').count(), 1, 'it is asked alone');
			await choose(item(page, id), true);
			await round.getByRole('button', { name: 'Done' }).press('Enter');
			assert.match(await round.innerText(), /1 of 1 at once\. Nothing is due today/);
		}
		await open(page, dayAfter(days + 400));
		assert.match(await round.innerText(), /Nothing is due today/);
		assert.equal((await stored(page)).items[id].misses, 1);
	}));

test('a page left open over night says what has become due', () =>
	withPage({}, async (page) => {
		await open(page);
		await choose(item(page, 'code-clip'), false);
		await page.clock.setFixedTime(dayAfter(1));
		await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
		assert.match(
			await page.getByRole('group', { name: 'A round of questions' }).innerText(),
			/One question is due/,
		);
	}));

test('a round: one at a time, with the focus, the missed once more at its end', () =>
	withPage({ viewport: phone }, async (page) => {
		await open(page);
		const round = page.getByRole('group', { name: 'A round of questions' });
		await round.getByRole('button', { name: 'Answer new ones' }).press('Enter');
		const shown = page.locator('[data-item]:visible');
		/** @type {string[]} */
		const asked = [];
		for (;;) {
			assert.equal(await shown.count(), 1);
			const id = String(await shown.getAttribute('data-item'));
			assert.ok(await shown.evaluate((e) => e === document.activeElement), `the focus is on ${id}`);
			assert.deepEqual(await violations(page), []);
			const next = round.getByRole('button', { name: /^(Next|Done)$/ });
			assert.ok(await next.isDisabled(), 'on without an answer');
			const again = asked.includes(id);
			asked.push(id);
			const kind = await shown.getAttribute('data-kind');
			if (kind === 'choice' || kind === 'bug') await choose(shown, asked.length !== 2);
			else {
				if (kind === 'numeric') await shown.getByRole('textbox').fill('123456');
				await shown.getByRole('button', { name: 'Check' }).press('Enter');
			}
			if (again) assert.match(await round.innerText(), /once more/);
			const last = (await next.innerText()) === 'Done';
			await next.press('Enter');
			if (last) break;
		}
		const twice = asked.filter((id, i) => asked.indexOf(id) !== i);
		assert.ok(twice.includes(String(asked[1])), `${asked[1]} was missed, asked were ${asked}`);
		assert.ok(asked.length <= 16 && asked.length > 8, `${asked.length} questions`);
		assert.match(await round.innerText(), /\d of 8 at once\. The other/);
		assert.ok((await shown.count()) > 20, 'all are there again');
	}));

test('objectives are ticked by evidence, and unticked by a miss', () =>
	withPage({}, async (page) => {
		await open(page);
		const tests = page.locator('li', { hasText: 'Read the loss of a language model' });
		const ids = String(await tests.getAttribute('data-objective')).split(' ');
		assert.ok(ids.length >= 2);
		await page.evaluate((ids) => {
			const items = Object.fromEntries(
				ids.slice(1).map((id) => [id, { known: true, on: '2026-11-20', misses: 0 }]),
			);
			localStorage.setItem('xent-progress', JSON.stringify({ schema: 1, items, pages: {} }));
		}, ids);
		await page.reload();
		await ready(page);
		assert.match(await tests.innerText(), new RegExp(`${ids.length - 1} of ${ids.length} right`));
		assert.equal(await page.locator('li.reached').count(), 0);
		await page.mouse.wheel(0, 20_000); // scrolling is no evidence
		const box = item(page, String(ids[0])).getByRole('textbox');
		await box.fill('2.0');
		await box.press('Enter');
		assert.match(await tests.innerText(), /reached/);
		assert.equal(await page.locator('li.reached').count(), 1);
		await choose(item(page, String(ids[1])), false);
		assert.doesNotMatch(await tests.innerText(), /reached/);
	}));

test('progress goes out as a file and comes back in another browser', async () => {
	const { text, name } = await withPage({}, async (page) => {
		await open(page);
		await choose(item(page, 'code-fused'), true);
		await choose(item(page, 'code-clip'), false);
		const saved = page.waitForEvent('download');
		await page.getByRole('button', { name: 'Save as a file' }).press('Enter');
		const download = await saved;
		return { text: await readFile(await download.path(), 'utf8'), name: download.suggestedFilename() };
	});
	assert.equal(name, 'xent-progress-2026-11-23.json');
	await withPage({}, async (page) => {
		await open(page, dayAfter(1));
		const file = (/** @type {string} */ content) =>
			page
				.getByLabel('Read a file')
				.setInputFiles({ name: 'p.json', mimeType: 'application/json', buffer: Buffer.from(content) });
		const said = page.locator('.keep [role=status]');
		for (const [bad, want] of /** @type {const} */ ([
			[
				'{"logits": [1]}',
				/p\.json: This is no progress of the lab: it has no “schema”\. Nothing has changed\./,
			],
			[text.slice(0, 40), /only a part of it/],
			[text.replace('"schema": 1', '"schema": 2'), /newer version/],
			[text.replace('2026-11-23', 'yesterday'), /items\.code-\w+\.on is "yesterday", want a day/],
		])) {
			await file(bad);
			await said.getByText(want).waitFor();
			assert.equal(await stored(page), null, bad);
		}
		assert.deepEqual(await violations(page), []);
		await file(text);
		await said.getByText(/2 questions read/).waitFor();
		assert.match(
			await page.getByRole('group', { name: 'A round of questions' }).innerText(),
			/One question is due today/,
		);
		await page.getByRole('button', { name: 'Forget everything' }).press('Enter');
		assert.notEqual(await stored(page), null, 'forgotten at the first press');
		await page.getByRole('button', { name: 'Press again to forget all' }).press('Enter');
		assert.deepEqual((await stored(page)).items, {});
	});
});

test('what cannot be read is put aside and named, not lost', () =>
	withPage({}, async (page) => {
		await page.addInitScript(() => {
			if (!sessionStorage.getItem('once')) localStorage.setItem('xent-progress', '{"schema":1,"items":7}');
			sessionStorage.setItem('once', '1');
		});
		await open(page);
		await page.getByText(/could not be read and was put aside.*items is 7, want an object/).waitFor();
		assert.equal(
			await page.evaluate(() => localStorage.getItem('xent-progress-unreadable')),
			'{"schema":1,"items":7}',
		);
		await choose(item(page, 'code-fused'), true);
		assert.ok((await stored(page)).items['code-fused'].known);
	}));

test('without storage everything works, as long as the page lasts', () =>
	withPage({}, async (page) => {
		await page.addInitScript(() =>
			Object.defineProperty(window, 'localStorage', {
				get() {
					throw new DOMException('denied', 'SecurityError');
				},
			}),
		);
		await open(page);
		await choose(item(page, 'code-clip'), false);
		assert.match(await item(page, 'code-clip').locator('.when').innerText(), /Comes back tomorrow/);
	}));

test('a chapter: its evidence fills its dots, and its missed questions can be asked again', () =>
	withPage({}, async (page) => {
		await page.clock.setFixedTime(monday);
		await visit(page, 'learn/4-kl/');
		const dots = page.locator('nav [data-progress="learn/4-kl/"]');
		const words = () => dots.locator('span').textContent();
		assert.equal(await words(), '');
		await page
			.locator('section.explorer')
			.getByRole('group', { name: /^Predict first/ })
			.getByRole('radio')
			.first()
			.press('Space');
		await dots.getByText('predicted').waitFor({ state: 'attached' });
		assert.equal(await words(), 'predicted');
		await page.locator('section.explorer').getByRole('slider').first().press('ArrowRight');
		await dots.getByText('explored').waitFor({ state: 'attached' });
		const ids = String(await dots.getAttribute('data-items')).split(' ');
		assert.equal(ids.length, 3);
		for (const [i, id] of ids.entries()) await choose(item(page, id), i !== 1);
		assert.equal(await words(), 'predicted, explored, 2 of 3 questions answered');
		const again = page.locator('.again');
		assert.match(await again.innerText(), /^1 of 3/);
		await again.getByRole('button').press('Enter');
		assert.equal(await item(page, String(ids[1])).locator('input:checked').count(), 0);
		await choose(item(page, String(ids[1])), true);
		assert.equal(await words(), 'predicted, explored, 3 of 3 questions answered');
		assert.equal(await dots.locator('i.done').count(), 3);
		assert.ok(await again.isHidden());
		await page.goto(address(path));
		await ready(page);
		await page.locator('main [data-progress="learn/4-kl/"]').getByText('3 of 3 questions answered').waitFor();
	}));

test('with scripts off every question, answer and reason can be read', () =>
	withPage({ javaScriptEnabled: false }, async (page) => {
		await page.goto(address(path));
		const all = await page.locator('[data-item]').count();
		assert.ok(all >= 30, `${all} questions`);
		assert.equal(await page.locator('[data-item] details:visible').count(), all);
		assert.equal(await page.locator('[data-item] button:visible').count(), 0);
		const it = item(page, 'code-fused');
		await it.locator('summary').click();
		assert.match(await it.locator('details').innerText(), /log-sum-exp less a logit/);
	}));

test('where the core cannot be loaded the answers can be read', async () => {
	const page = await newPage();
	await page.route('**/*.wasm', (route) => route.abort());
	await page.goto(address(path));
	await page.locator('html[data-broken]').waitFor({ state: 'attached' });
	assert.ok(await item(page, 'code-fused').locator('details').isVisible());
	assert.ok(await item(page, 'code-fused').getByRole('button').isHidden());
	await page.context().close();
});

test('in print the questions stand without their buttons', () =>
	withPage({}, async (page) => {
		await open(page);
		await page.emulateMedia({ media: 'print' });
		assert.equal(await page.locator('[data-item] button:visible').count(), 0);
		assert.equal(await page.locator('[data-item] details:visible').count(), 0, 'answers nobody gave');
		assert.ok((await page.locator('[data-item] legend:visible').count()) > 20);
	}));

test('the cards for Anki are a file of the site', () =>
	withPage({}, async (page) => {
		await open(page);
		const link = page.getByRole('link', { name: 'all questions as cards' });
		const answer = await page.request.get(new URL(String(await link.getAttribute('href')), page.url()).href);
		assert.equal(answer.status(), 200);
		const lines = (await answer.text()).trim().split('\n');
		assert.match(String(lines[0]), /^#separator:tab$/);
		assert.equal(
			lines.filter((line) => !line.startsWith('#')).length,
			await page.locator('[data-item]').count(),
		);
	}));
