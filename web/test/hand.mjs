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
