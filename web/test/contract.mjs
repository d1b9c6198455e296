// @ts-check
// What every explorer owes its reader, by keyboard alone: whatever explorers the pages hold are
// taken through it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check, equations } from './calculator.mjs';
import {
	caughtUp,
	address,
	desk,
	newPage,
	phone,
	ready,
	rested,
	setUp,
	violations,
	visit,
	withPageAgain as withPage,
} from './harness.mjs';
import { strike } from './hand.mjs';
import { explorersOf, pagesOf } from './server.mjs';

/** @import { Locator, Page } from 'playwright-core' */

/**
 * The explorers of all chapters, in a row.
 * @returns {Promise<{path: string, id: string}[]>}
 */
async function explorers() {
	const chapters = (await pagesOf()).filter((path) => path.startsWith('learn/'));
	const found = chapters.map(async (path) => (await explorersOf(path)).map((id) => ({ path, id })));
	return (await Promise.all(found)).flat();
}

/**
 * Moves the focus by Tab onto target, from a few controls before it; that Tab comes by all of them in order is a test
 * of its own.
 * @param {Page} page
 * @param {Locator} target
 */
async function tabTo(page, target) {
	await target.evaluate((e) => {
		const stops = [
			...document.querySelectorAll('button, input, textarea, select, summary, a[href], [role=slider]'),
		];
		const before = stops
			.slice(0, stops.indexOf(e))
			.filter((s) => s.checkVisibility() && !s.matches(':disabled'));
		/** @type {HTMLElement | undefined} */ (before.at(-3) ?? before[0])?.focus();
	});
	for (let i = 0; i < 12; i++) {
		await page.keyboard.press('Tab');
		if (await target.evaluate((e) => e === document.activeElement)) return;
	}
	assert.fail(`Tab does not reach ${target}`);
}

/** The number a slider or bar stands at, its ends and its step; it runs in the page. @param {Element | null} e */
const standing = (e) =>
	e instanceof HTMLInputElement
		? {
				now: e.valueAsNumber,
				min: Number(e.min),
				max: Number(e.max),
				step: Number(e.step),
				words: e.ariaValueText ?? '',
			}
		: {
				now: Number(e?.getAttribute('aria-valuenow')),
				min: Number(e?.getAttribute('aria-valuemin')),
				max: Number(e?.getAttribute('aria-valuemax')),
				step: NaN,
				words: e?.getAttribute('aria-valuetext') ?? '',
			};

/** @typedef {ReturnType<typeof standing>} Stand */

/** Whether the focused element shows that it is, and its place in the order of Tab; it runs in the page. @param {Element | null} e */
const marked = (e) => {
	if (!e || e === document.body) return null;
	const mark = [e, ...e.querySelectorAll('*'), ...(e.nextElementSibling ? [e.nextElementSibling] : [])].some(
		(x) => {
			const s = getComputedStyle(x);
			return (
				(s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) ||
				(x !== e && parseFloat(s.strokeWidth) >= 2)
			);
		},
	);
	return { order: Number(e.getAttribute('data-order') ?? -1), mark, html: e.outerHTML.slice(0, 100) };
};

/**
 * Takes every so-manieth explorer through the contract, from the given one on: a file of tests each, so that they run
 * side by side.
 * @param {number} first
 * @param {number} every
 */
export async function holdToContract(first, every) {
	setUp();
	const all = await explorers();
	test('the chapters have explorers', () => assert.ok(all.length > 0));
	all.filter((_, i) => i % every === first).forEach(contract);
}

/** @param {{path: string, id: string}} explorer */
function contract({ path, id }) {
	describe(`${id} of /${path}`, () => {
		/** @param {Page} page @returns {Locator} */
		const explorer = (page) => page.locator(`section.explorer#${id}`);
		/** What the reader sees of it, without what the buttons of its frame say. @param {Page} page */
		const seen = async (page) => {
			await caughtUp(page);
			return (await explorer(page).innerText()).replace(/\s+/g, ' ');
		};
		/** Its figures and the values of its controls. @param {Page} page */
		const figures = async (page) => {
			await caughtUp(page);
			return figuresOf(explorer(page));
		};

		/** A calculator gives the printed results, in every example and unit. @param {Page} page */
		const calculate = async (page) => {
			const buttons = explorer(page).getByRole('group', { name: 'Examples' }).getByRole('button');
			const units = page.getByRole('group', { name: 'Unit of information' }).getByRole('radio');
			const lines = explorer(page).locator(':scope > .formula :is(.block, p)');
			/** @type {string[]} */
			const wrong = [];
			let checked = 0;
			for (const unit of await units.all()) {
				await unit.check();
				for (const button of await buttons.all()) {
					await button.press('Enter');
					await caughtUp(page);
					for (const sides of await equations(lines)) {
						const result = check(sides);
						checked += result.numeric;
						wrong.push(...result.wrong.map((w) => `${w} (${path}, an example in ${unit})`));
					}
				}
			}
			assert.deepEqual(wrong, []);
			assert.ok(checked >= 2 * 2 * (await buttons.count()), `only ${checked} sides were numbers`);
		};

		test('as it opens', (t) =>
			withPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
				await visit(page, path); // once for several: a load costs more than most of them

				await t.test('has all its parts', async () => {
					const one = explorer(page);
					assert.equal(await one.count(), 1);
					assert.match(String(await one.getByRole('heading').first().textContent()), /\w/);
					for (const [what, part, least] of /** @type {[string, Locator, number][]} */ ([
						['a prediction', one.getByRole('group', { name: /^Predict first/ }), 1],
						['answers', one.getByRole('group', { name: /^Predict first/ }).getByRole('radio'), 2],
						['examples', one.getByRole('group', { name: 'Examples' }).getByRole('button'), 3],
						['sliders or bars', one.getByRole('slider'), 3],
						['formulas', one.locator('math'), 2],
						['code tabs', one.getByRole('tab'), 3],
						['tables', one.locator('table'), 1],
						['undo', one.getByRole('button', { name: 'Undo' }), 1],
						['reset', one.getByRole('button', { name: 'Reset' }), 1],
						['a link', one.getByRole('button', { name: /^Copy a link/ }), 1],
						['a live summary', one.locator('p.unseen[aria-live=polite]'), 1],
					])) {
						const count = await part.count();
						assert.ok(count >= least, `${count} of ${what}, want at least ${least}`);
					}
				});

				await t.test('the unit switch converts, and persists', async () => {
					const unit = page.getByRole('group', { name: 'Unit of information' });
					const now = await unit.getByRole('radio', { checked: true }).inputValue();
					const other = now === 'bits' ? 'nats' : 'bits';
					const before = await figures(page);
					await tabTo(page, unit.getByRole('radio', { checked: true }));
					await page.keyboard.press(other === 'bits' ? 'ArrowRight' : 'ArrowLeft');
					assert.equal(await unit.getByRole('radio', { checked: true }).inputValue(), other);
					const after = await figures(page);
					assert.notEqual(after, before);
					assert.match(await seen(page), new RegExp(`\\b${other}\\b`));
					await rested(page);
					await page.reload();
					await ready(page);
					assert.equal(
						await unit.getByRole('radio', { checked: true }).inputValue(),
						other,
						'after a reload',
					);
					assert.equal(await figures(page), after);
				});

				await t.test('Tab reaches every control in order, and shows where it is', async () => {
					const wanted = await explorer(page).evaluate((section) => {
						for (const e of section.querySelectorAll('details')) e.open = true;
						const all = [
							...section.querySelectorAll(
								':is(button, input, textarea, select, summary, a[href], [role=slider])',
							),
						];
						const own = all.filter((e) => {
							if (e.matches(':disabled, [tabindex="-1"]') || !e.checkVisibility()) return false;
							if (!(e instanceof HTMLInputElement) || e.type !== 'radio') return true;
							const group = all.filter(
								(o) => o instanceof HTMLInputElement && o.type === 'radio' && o.name === e.name,
							);
							return (
								e.checked ||
								(e === group[0] && !group.some((o) => /** @type {HTMLInputElement} */ (o).checked))
							);
						});
						own.forEach((e, i) => e.setAttribute('data-order', String(i)));
						return own.length;
					});
					assert.ok(wanted >= 10, `${wanted} controls`);
					/** @type {number[]} */
					const order = [];
					/** @type {string[]} */
					const unmarked = [];
					for (let ended = false, i = 0; !ended && i < 20; i++) {
						for (const at of await strike(page, Array(40).fill('Tab'), marked)) {
							ended ||= at === null;
							if (!at || ended) break;
							if (at.order >= 0) order.push(at.order);
							if (!at.mark) unmarked.push(at.html);
						}
					}
					assert.deepEqual(
						order,
						Array.from({ length: wanted }, (_, i) => i),
					);
					assert.deepEqual(unmarked, [], 'no visible focus on these');
				});

				await t.test('a prediction is answered and shown', async () => {
					const question = explorer(page).getByRole('group', { name: /^Predict first/ });
					const radios = question.getByRole('radio');
					const reply = question.getByRole('status');
					await tabTo(page, radios.first());
					assert.equal((await reply.innerText()).trim(), '', 'a reply before the answer');
					/** @type {string[]} */
					const replies = [];
					await page.keyboard.press('Space');
					for (let i = 0; i < (await radios.count()); i++) {
						replies.push(await reply.innerText());
						await page.keyboard.press('ArrowDown');
					}
					assert.equal(new Set(replies).size, replies.length, 'each answer has a reply of its own');
					assert.equal(replies.filter((r) => r.startsWith('Yes.')).length, 1, 'one answer is right');
				});

				await t.test('number boxes take what people type', async () => {
					const boxes = explorer(page).locator('input[type=text]');
					const count = await boxes.count();
					for (let i = 0; i < count; i++) {
						const box = boxes.nth(i);
						const start = await box.inputValue();
						await box.fill('half');
						await page.keyboard.press('Tab');
						assert.equal(await box.getAttribute('aria-invalid'), 'true', 'a word is no number');
						const whole = (await box.getAttribute('inputmode')) === 'numeric';
						await box.fill(whole ? '7,4' : '0,5');
						await page.keyboard.press('Enter');
						const number = (/** @type {string | undefined} */ text) =>
							Number((text ?? 'NaN').replace('−', '-').replace('∞', 'Infinity'));
						const [low, high] = ((await box.getAttribute('title')) ?? '−∞ to ∞').split(' to ').map(number);
						const want = Math.min(Math.max(whole ? 7 : 0.5, low ?? NaN), high ?? NaN); // what the box has room for
						assert.equal(number(await box.inputValue()), want, `${start}: a decimal comma`);
						assert.equal(await box.getAttribute('aria-invalid'), 'false');
					}
				});

				await t.test('a table is copied as CSV', async () => {
					await explorer(page)
						.locator('details')
						.evaluateAll((all) => all.forEach((e) => /** @type {HTMLDetailsElement} */ (e.open = true)));
					await explorer(page)
						.getByRole('button', { name: /as CSV/ })
						.first()
						.press('Enter');
					const csv = await page.evaluate(() => navigator.clipboard.readText());
					const rows = csv
						.trim()
						.split('\r\n')
						.map((line) => line.split(','));
					assert.ok(rows.length >= 3, csv);
					assert.ok(
						rows.every((row) => row.length === rows[0]?.length),
						csv,
					);
					assert.ok(
						rows
							.slice(1)
							.every((row) =>
								row
									.slice(1)
									.every((cell) => cell === '' || !Number.isNaN(Number(cell.replace('inf', 'Infinity')))),
							),
						csv,
					);
				});

				await t.test('code tabs: keys on screen, all of them in print', async () => {
					const tabs = explorer(page).getByRole('tab');
					const panels = explorer(page).locator('[role=tabpanel]');
					const count = await tabs.count();
					assert.equal(await panels.count(), count);
					const visible = async () =>
						(await Promise.all((await panels.all()).map((p) => p.isVisible()))).filter(Boolean).length;
					assert.equal(await visible(), 1);
					await tabTo(page, tabs.first());
					await page.keyboard.press('End');
					assert.equal(await tabs.last().getAttribute('aria-selected'), 'true');
					assert.ok(await panels.last().isVisible());
					await page.keyboard.press('ArrowRight');
					assert.equal(await tabs.first().getAttribute('aria-selected'), 'true', 'around the end');
					for (const panel of await panels.all())
						assert.match(String(await panel.textContent()), /\d/, 'current numbers');
					await page.emulateMedia({ media: 'print' });
					assert.equal(await visible(), count, 'printed tabs');
					for (const table of await explorer(page).locator('table').all())
						assert.ok(await table.isVisible(), 'a table that is not printed');
				});
			}));

		test('every slider and bar obeys its keys, and the figures follow', () =>
			withPage({}, async (page) => {
				await visit(page, path);
				const controls = explorer(page).getByRole('slider');
				const summary = explorer(page).locator('p.unseen[aria-live=polite]');
				const opening = String(await summary.textContent());
				const reset = explorer(page).getByRole('button', { name: 'Reset' });
				let moved = 0;
				for (let i = 0; i < (await controls.count()); i++) {
					const control = controls.nth(i);
					if ((await control.getAttribute('aria-disabled')) === 'true' || !(await control.isVisible()))
						continue;
					const name = String(
						(await control.getAttribute('aria-label')) ??
							(await control.evaluate((e) => /** @type {HTMLInputElement} */ (e).labels?.[0]?.textContent)),
					);
					if (await reset.isEnabled()) await reset.press('Enter'); // each from the state the page opens in
					await control.focus();
					/** @param {string[]} keys */
					const press = (...keys) => strike(page, keys, standing);

					assert.notEqual(name, 'null', `control ${i} has no name`);
					const first = await control.evaluate(standing);
					if ((await control.getAttribute('aria-roledescription')) !== null) {
						// A point in a plane: every key leads elsewhere, and the words say where.
						const keys = [
							'Home',
							'ArrowRight',
							'Shift+ArrowRight',
							'ArrowUp',
							'PageUp',
							'ArrowLeft',
							'ArrowDown',
						];
						const words = (await press(...keys, 'End')).map((stand) => stand.words);
						for (let k = 1; k < words.length; k++)
							assert.notEqual(words[k], words[k - 1], `${name}: ${keys[k] ?? 'End'}`);
						moved++;
						continue;
					}
					assert.match(first.words, /\S/, `${name}: no value in words`);
					const [low] = /** @type {[Stand]} */ (await press('Home'));
					const before = await seen(page);
					near(low.now, low.min, `${name}: Home`);
					const arrows = ['ArrowRight', 'ArrowDown', 'ArrowUp', 'ArrowLeft'];
					const [right, down, up, left] = /** @type {[Stand, Stand, Stand, Stand]} */ (
						await press(...arrows)
					);
					const step = right.now - low.now;
					assert.ok(step > 0, `${name}: ArrowRight moved by ${step}`);
					if (first.step)
						near(step / first.step, Math.max(1, Math.round(step / first.step)), `${name}: a step of its own`);
					near(down.now, low.now, `${name}: ArrowDown`);
					near(up.now, low.now + step, `${name}: ArrowUp`);
					near(left.now, low.now, `${name}: ArrowLeft`);
					const room = low.max - low.min;
					if (room >= 11 * step) {
						// else ten steps are more than there are
						const [one, far, back] = /** @type {[Stand, Stand, Stand]} */ (
							await press('ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowLeft', 'ArrowLeft')
						);
						near(far.now, one.now + 10 * step, `${name}: Shift+ArrowRight`);
						near(back.now, one.now, `${name}: Shift+ArrowLeft`);
					}
					if (room >= 20 * step) {
						const [leap, back] = /** @type {[Stand, Stand]} */ (await press('PageUp', 'PageDown'));
						assert.ok(leap.now >= low.now + 2 * step, `${name}: PageUp is no leap`);
						near(back.now, low.now, `${name}: PageDown`);
					}
					const [high] = /** @type {[Stand]} */ (await press('End'));
					near(high.now, high.max, `${name}: End`);
					assert.notEqual(high.words, low.words, `${name}: the words do not change`);
					assert.notEqual(await seen(page), before, `${name}: nothing follows`);
					if (moved++ === 0) {
						const follows = summary.filter({ hasNotText: opening });
						await follows.waitFor({ state: 'attached', timeout: 5000 }); // it is said once the hand rests
					}
					assert.doesNotMatch(await seen(page), /NaN|undefined|\[object/, `${name} at its end`);
				}
				assert.ok(moved >= 3, `${moved} controls moved`);
			}));

		test('every example, undo and reset, by keyboard', () =>
			withPage({ colorScheme: 'dark', viewport: phone, reducedMotion: 'reduce' }, async (page) => {
				await visit(page, path);
				const buttons = explorer(page).getByRole('group', { name: 'Examples' }).getByRole('button');
				const note = explorer(page).locator('p.note[aria-live]');
				const initial = await figures(page);
				const seenStates = new Set();
				const count = await buttons.count();
				for (let i = 0; i < count; i++) {
					const name = await buttons.nth(i).innerText();
					await tabTo(page, buttons.nth(i));
					await page.keyboard.press('Enter');
					assert.equal(await moving(page), 0, `${name}: something moves by itself`);
					assert.equal(await buttons.nth(i).getAttribute('aria-pressed'), 'true', name);
					assert.match(await note.innerText(), /\w+ \w+/, 'an example says what it shows');
					seenStates.add(await figures(page));
					assert.doesNotMatch(await seen(page), /NaN|undefined|\[object/, name);
					assert.deepEqual(await violations(page, `#${id}`, i === 0 ? 'all' : 'states'), [], name);
					await rested(page);
				}
				assert.equal(seenStates.size, count, 'examples that differ');
				const last = await figures(page);
				await tabTo(page, explorer(page).getByRole('button', { name: 'Reset' }));
				await page.keyboard.press('Enter');
				assert.equal(await figures(page), initial, 'after Reset');
				await tabTo(page, explorer(page).getByRole('button', { name: 'Undo' }));
				await page.keyboard.press('Enter');
				assert.equal(await figures(page), last, 'after Undo of Reset');
				await page.keyboard.press('Control+z');
				assert.notEqual(await figures(page), last, 'after Ctrl+Z');
				await page.setViewportSize(desk); // the units are at hand there
				await calculate(page);
			}));

		test('a link brings back the exact state; a bad one says so', () =>
			withPage({}, async (page) => {
				await visit(page, path);
				const controls = explorer(page).getByRole('slider');
				let turned = 0;
				for (let i = 0; i < (await controls.count()); i++) {
					const control = controls.nth(i);
					if ((await control.getAttribute('aria-disabled')) === 'true' || !(await control.isVisible()))
						continue;
					await control.focus();
					await strike(page, Array((i % 4) + 1).fill(i % 2 ? 'ArrowLeft' : 'Shift+ArrowRight'), () => 0);
					turned++;
				}
				assert.ok(turned >= 3);
				await rested(page);
				const { hash } = new URL(page.url());
				assert.match(hash, /^#v1;/);
				const state = await figures(page);
				const far = hash.replace(/([=,])(-?\d+(\.\d+)?)/, '$19e99');
				assert.notEqual(far, hash, 'no number in the link');
				await withPage({}, async (copy) => {
					for (const [link, want] of /** @type {[string, RegExp][]} */ ([
						[hash, /^$/],
						[far, /out of range/],
						[hash.replace(/=[^;]*/, '=%00"><script>'), /cannot be read/],
						['#v9;e1.z=1', /another version/],
					])) {
						await copy.goto('about:blank'); // else only the hash changes, and a page that rests mends it before a reload
						await visit(copy, path + link);
						const notice = explorer(copy).locator('.notice');
						if (link === hash) assert.equal(await figures(copy), state);
						else await notice.waitFor({ timeout: 5000 }).catch(() => {}); // its absence is told below
						assert.match((await notice.count()) ? await notice.innerText() : '', want, link);
						assert.doesNotMatch(await seen(copy), /NaN|undefined|\[object/);
					}
				});
			}));

		test('with scripts off all tabs are open', () =>
			withPage({ javaScriptEnabled: false }, async (page) => {
				await page.goto(address(path));
				for (const panel of await explorer(page).locator('[role=tabpanel]').all())
					assert.ok(await panel.isVisible());
			}));
	});
}

/** The numbers an explorer shows, and the values of its controls. @param {Locator} explorer */
function figuresOf(explorer) {
	return explorer.evaluate((section) => {
		const text = [...section.querySelectorAll('table, math, .stage')].map((e) => e.textContent).join(' ');
		const values = [...section.querySelectorAll('.stage input, .stage [role=slider]')].map((e) =>
			e instanceof HTMLInputElement
				? e.type === 'radio' || e.type === 'checkbox'
					? String(e.checked)
					: e.value
				: e.getAttribute('aria-valuenow'),
		);
		return text.replace(/\s+/g, ' ') + values.join(' ');
	});
}

/** How much of a page moves by itself. @param {Page} page */
function moving(page) {
	return page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length);
}

/** @param {number} got @param {number} want @param {string} what */
function near(got, want, what) {
	assert.ok(Math.abs(got - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${what}: ${got}, want ${want}`);
}
