// @ts-check
// A hand on the page: a mouse, or a finger.

import assert from 'node:assert/strict';
import { phone } from './harness.mjs';

/** @import { BrowserContextOptions, Locator, Page } from 'playwright-core' */

/** @typedef {{ x: number, y: number }} Place */

/**
 * What a hand does: it comes down at a place, moves, and lifts again.
 * @typedef {{ down(at: Place): Promise<unknown>, move(to: Place): Promise<unknown>, up(): Promise<unknown> }} Hand
 */

/** The windows of both hands. @type {Record<'mouse' | 'finger', BrowserContextOptions>} */
export const windows = { mouse: {}, finger: { viewport: phone, hasTouch: true, isMobile: true } };

/** The hand of a page: that of its window. @param {Page} page @param {'mouse' | 'finger'} kind @returns {Promise<Hand>} */
export async function handOf(page, kind) {
	if (kind === 'mouse') {
		const { mouse } = page;
		return {
			down: async ({ x, y }) => (await mouse.move(x, y), mouse.down()),
			move: ({ x, y }) => mouse.move(x, y),
			up: () => mouse.up(),
		};
	}
	const client = await page.context().newCDPSession(page);
	const touch = (
		/** @type {'touchStart' | 'touchMove' | 'touchEnd'} */ type,
		/** @type {Place[]} */ ...touchPoints
	) => client.send('Input.dispatchTouchEvent', { type, touchPoints });
	return {
		down: (at) => touch('touchStart', at),
		move: (to) => touch('touchMove', to),
		up: () => touch('touchEnd'),
	};
}

/** Brings a control into the middle of the window, and returns where it is taken hold of. @param {Locator} control */
export async function grip(control) {
	await control.evaluate((e) => e.scrollIntoView({ block: 'center', behavior: 'instant' }));
	return placeOf(control);
}

/** Where the thumb of a slider is, the end of a bar, a dot. @param {Locator} control @returns {Promise<Place>} */
export function placeOf(control) {
	return control.evaluate((e) => {
		const part = e.querySelector('.grip, .dot, path');
		const { x, y, width, height } = (part ?? e).getBoundingClientRect();
		if (!(e instanceof HTMLInputElement)) return { x: x + width / 2, y: y + height / 2 };
		const thumb = 18;
		const share = (e.valueAsNumber - Number(e.min)) / (Number(e.max) - Number(e.min));
		return { x: x + thumb / 2 + share * (width - thumb), y: y + height / 2 };
	});
}

/** Moves a hand that is down from one place to another in a few frames. @param {Page} page @param {Hand} hand @param {Place} from @param {Place} to */
export async function move(page, hand, from, to) {
	const frames = 6;
	for (let i = 1; i <= frames; i++) {
		await hand.move({
			x: from.x + ((to.x - from.x) * i) / frames,
			y: from.y + ((to.y - from.y) * i) / frames,
		});
		await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
	}
}

/** Where a control stands, as a number. @param {Locator} control */
export async function standOf(control) {
	const stand = await control.evaluate((e) =>
		e instanceof HTMLInputElement ? e.valueAsNumber : Number(e.getAttribute('aria-valuenow')),
	);
	assert.ok(Number.isFinite(stand), 'a control that stands nowhere');
	return stand;
}

/** The keys of controls, by what the protocol of the browser calls them. @type {Record<string, number>} */
const codes = {
	Tab: 9,
	PageUp: 33,
	PageDown: 34,
	End: 35,
	Home: 36,
	ArrowLeft: 37,
	ArrowUp: 38,
	ArrowRight: 39,
	ArrowDown: 40,
};

/** @type {WeakMap<Page, Promise<CDPSession>>} */
const sessions = new WeakMap();

/**
 * Presses keys right after one another, and returns what look says of the focused element when each has been released.
 * A call for each key and each look would have the browser draw every one of them.
 * @template T
 * @param {Page} page
 * @param {string[]} keys "Home", "Shift+ArrowRight"
 * @param {(focused: Element | null) => T} look runs in the page
 * @returns {Promise<T[]>}
 */
export async function strike(page, keys, look) {
	if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page));
	const session = /** @type {CDPSession} */ (await sessions.get(page));
	await page.evaluate(`{
		const look = ${look};
		const looks = [];
		const record = (event) => event.key !== 'Shift' && looks.push(look(document.activeElement));
		addEventListener('keyup', record, true);
		window.endLooks = () => (removeEventListener('keyup', record, true), looks);
	}`);
	const sent = keys.flatMap((name) => {
		const key = name.replace('Shift+', '');
		const windowsVirtualKeyCode = codes[key];
		if (!windowsVirtualKeyCode) throw new Error(`no key ${name}`);
		const event = { key, code: key, windowsVirtualKeyCode, modifiers: key === name ? 0 : 8 };
		return /** @type {const} */ (['rawKeyDown', 'keyUp']).map((type) =>
			session.send('Input.dispatchKeyEvent', { type, ...event }),
		);
	});
	await Promise.all(sent);
	const looks = /** @type {T[]} */ (await page.evaluate('window.endLooks()'));
	assert.equal(looks.length, keys.length, 'keys that came up');
	return looks;
}
