// @ts-check
// What all browser tests share: one browser, one place the site is served at, and a watch on
// every page that is opened.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { launch } from './browser.mjs';
import { serve } from './server.mjs';

/** @import { Browser, BrowserContextOptions, Page } from 'playwright-core' */
/** @import { Place } from './server.mjs' */

/** The windows that every page is looked at in. */
export const phone = { width: 390, height: 844 };
export const desk = { width: 1200, height: 900 };

/** @type {Browser} */
let browser;
/** @type {Place} */
let place;

/**
 * Pages that no test uses at the moment, by their options.
 * @type {Map<string, {page: Page, problems: () => Promise<string[]>}>}
 */
const idle = new Map();

/**
 * Starts the browser and the server for the tests of the calling file, and ends them after.
 * @param {string[]} [more] flags of the browser; by default it compiles of a core only what is called
 */
export function setUp(more = ['--js-flags=--wasm-lazy-compilation']) {
	before(async () => {
		browser = await launch(more);
		place = await serve();
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
}

/** The address of a page of the site: "learn/4-kl/", with a hash or without. */
export function address(path = '') {
	return place.url + path;
}

/**
 * A page with a fresh profile, unwatched; the caller closes its context. It keeps no copy of the site, which would
 * be fetched beside what is tested: only the tests of the copy allow service workers.
 * @param {BrowserContextOptions} [options]
 */
export async function newPage(options = {}) {
	const context = await browser.newContext({ viewport: desk, serviceWorkers: 'block', ...options });
	return context.newPage();
}

/**
 * Opens a fresh profile's page, hands it to body, and then fails if anything went wrong on it
 * that no one asserted: see {@link watch}.
 * @template T
 * @param {BrowserContextOptions} options
 * @param {(page: Page) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withPage(options, body) {
	const page = await newPage(options);
	try {
		return await watched(page, await watch(page, new URL(place.url).origin), body);
	} finally {
		await page.context().close();
	}
}

/**
 * @template T
 * @param {Page} page
 * @param {() => Promise<string[]>} problems
 * @param {(page: Page) => Promise<T>} body
 */
async function watched(page, problems, body) {
	const result = await body(page);
	assert.deepEqual((await problems()).splice(0), [], `on ${page.url()}`);
	return result;
}

/**
 * As {@link withPage}, but the page may be one that an earlier call has left, emptied: a window of its own costs the
 * browser more than most tests do. For a body that leaves behind nothing but storage, a size and a medium.
 * @template T
 * @param {BrowserContextOptions} options
 * @param {(page: Page) => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withPageAgain(options, body) {
	const kind = JSON.stringify(options);
	let left = idle.get(kind);
	idle.delete(kind);
	if (!left) {
		const page = await newPage(options);
		left = { page, problems: await watch(page, new URL(place.url).origin) };
	}
	const { page, problems } = left;
	let whole = false;
	try {
		const result = await watched(page, problems, body);
		whole = true;
		return result;
	} finally {
		if (whole && !idle.has(kind) && page.context().pages().length === 1) {
			await empty(page, options);
			idle.set(kind, left);
		} else await page.context().close();
	}
}

/** @param {Page} page @param {BrowserContextOptions} options */
async function empty(page, options) {
	const { viewport, colorScheme, reducedMotion } = options;
	await page.evaluate(() => sessionStorage.clear());
	await page.goto('about:blank');
	const client = await page.context().newCDPSession(page);
	await client.send('Storage.clearDataForOrigin', { origin: new URL(place.url).origin, storageTypes: 'all' });
	await client.detach();
	await page.emulateMedia({
		media: null,
		colorScheme: colorScheme ?? 'light',
		reducedMotion: reducedMotion ?? 'no-preference',
	});
	await page.setViewportSize(viewport ?? desk);
}

/**
 * Collects what must never happen on a page: a request to another origin, an answer of status
 * 400 and more, a failed request, a word on the console at warning or error, an uncaught error,
 * a violation of the content security policy.
 * @param {Page} page
 * @param {string} origin
 * @returns {Promise<() => Promise<string[]>>}
 */
export async function watch(page, origin) {
	/** @type {string[]} */
	const problems = [];
	page.on('request', (r) => {
		if (!/^(data|blob):/.test(r.url()) && new URL(r.url()).origin !== origin)
			problems.push(`request to ${r.url()}`);
	});
	page.on('requestfailed', (r) => {
		const why = r.failure()?.errorText ?? '';
		// Aborted by a navigation; or refused by a policy, which a violation tells, as it does
		// not for the preload of a script where scripts are off.
		if (!['net::ERR_ABORTED', 'csp'].includes(why)) problems.push(`request failed: ${r.url()} ${why}`);
	});
	page.on('response', (r) => {
		if (r.status() >= 400) problems.push(`${r.status()} ${r.url()}`);
	});
	page.on('console', (m) => {
		if (m.text() === 'Service Worker registration blocked by Playwright') return; // as newPage asks
		if (['warning', 'error'].includes(m.type())) problems.push(`console ${m.type()}: ${m.text()}`);
	});
	page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
	await page.exposeFunction('reportViolation', (/** @type {string} */ text) => problems.push(text));
	await page.addInitScript(() => {
		addEventListener('securitypolicyviolation', (e) => {
			// @ts-expect-error reportViolation is exposed above
			window.reportViolation(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`);
		});
	});
	return async () => {
		await page.waitForTimeout(50); // what is still on its way to this process
		return problems;
	};
}

/**
 * Opens a page of the site and waits until it answers to its reader.
 * @param {Page} page
 */
export async function visit(page, path = '') {
	await page.goto(address(path));
	await ready(page);
}

/**
 * Waits until the page is hydrated and shows the state of its address; it fails at once when the page says that it
 * cannot be.
 * @param {Page} page
 */
export async function ready(page) {
	await page.locator('html:is([data-ready], [data-broken])').waitFor({ state: 'attached', timeout: 20_000 });
	assert.equal(await page.locator('html[data-broken]').count(), 0, `${page.url()} says that it is broken`);
	await caughtUp(page);
}

/**
 * Waits until all parts of a page show the present state. Some look at it only once a second; as a window that is
 * left they do so at once.
 * @param {Page} page
 */
export async function caughtUp(page) {
	await page.evaluate(() => dispatchEvent(new Event('blur')));
	await unhurried(page);
}

/** Waits until the parts of a page have caught up by themselves. @param {Page} page */
export async function unhurried(page) {
	await page.locator('html:not([data-following])').waitFor({ state: 'attached', timeout: 10_000 });
}

/**
 * Waits until the hand has rested: the state is in the address, and what was done is a step of undo.
 * @param {Page} page
 */
export async function rested(page) {
	await caughtUp(page);
	await page.waitForTimeout(500);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe is asked for: WCAG 2.2 A and AA and its best practices; of these what colours decide; or all that may change
 * with a state, which leaves targets as large as they are.
 */
const rules = {
	all: { runOnly: levels },
	colours: { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } },
	states: { runOnly: levels, rules: { 'target-size': { enabled: false } } },
};

/**
 * The violations of rules, one line each. It fails when axe had nothing to look at.
 * @param {Page} page
 * @param {string} [within] a selector of the part to look at
 * @param {keyof typeof rules} [which] all, unless the rest has been looked at in other colours or another state
 * @returns {Promise<string[]>}
 */
export async function violations(page, within = '', which = 'all') {
	await caughtUp(page);
	await page.waitForTimeout(300); // what is set right at rest: the focus of what scrolls
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
	const found = await page.evaluate(
		async ({ within, asked }) => {
			// @ts-expect-error axe is defined by the script above
			const result = await window.axe.run(within || document, {
				resultTypes: ['violations'], // of the others one node each
				preload: false, // no rule of these reads style sheets or films
				...asked,
			});
			/** @param {any[]} list */
			const lines = (list) =>
				list.flatMap((v) =>
					v.nodes.map((/** @type {any} */ n) => `${v.id}: ${v.help}: ${n.target} ${n.failureSummary}`),
				);
			return { passes: result.passes.length, violations: lines(result.violations) };
		},
		{ within, asked: rules[which] },
	);
	const least = which === 'colours' ? 1 : 10;
	assert.ok(found.passes >= least, `axe applied only ${found.passes} rules`);
	return found.violations;
}

/**
 * The colour behind the page: the body's, else the root's.
 * @param {Page} page
 * @returns {Promise<string>}
 */
export function background(page) {
	return page.evaluate(() => {
		const [body, root] = [document.body, document.documentElement].map(
			(e) => getComputedStyle(e).backgroundColor,
		);
		return (body === 'rgba(0, 0, 0, 0)' ? root : body) ?? '';
	});
}

/**
 * How many CSS pixels the page is wider than its window, and which elements reach out of it. What
 * scrolls within a box of its own does not widen the page.
 * @param {Page} page
 * @returns {Promise<{excess: number, by: string[]}>}
 */
export function overflow(page) {
	return page.evaluate(() => {
		const width = document.documentElement.clientWidth;
		const excess = document.documentElement.scrollWidth - width;
		const out = [...document.body.querySelectorAll('*')].filter(
			(e) => e.getBoundingClientRect().right > width + 0.5,
		);
		/** @param {Element | null} e @returns {boolean} */
		const scrolled = (e) =>
			e !== null &&
			(/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) || scrolled(e.parentElement));
		const by = out
			.filter((e) => !scrolled(e.parentElement))
			.map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute('class') ?? ''}`);
		return { excess, by: excess > 0 ? by.slice(0, 8) : [] };
	});
}

/**
 * How far the parts of a page have moved by themselves since it began to load: its cumulative layout shift.
 * @param {Page} page
 * @returns {Promise<number>}
 */
export function shifted(page) {
	return page.evaluate(async () => {
		const seen = new Promise((resolve) => {
			/** @param {PerformanceObserverEntryList} list */
			const sum = (list) =>
				// @ts-expect-error layout shifts are not in TypeScript's DOM library
				resolve(list.getEntries().reduce((n, e) => n + (e.hadRecentInput ? 0 : e.value), 0));
			new PerformanceObserver(sum).observe({ type: 'layout-shift', buffered: true });
		});
		// Without an entry the observer stays silent.
		return Promise.race([seen, new Promise((resolve) => setTimeout(resolve, 200, 0))]);
	});
}

/**
 * The value at quantile q of a list of numbers (nearest rank), NaN of an empty one.
 * @param {number[]} values
 * @param {number} q
 */
export function quantile(values, q) {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
