// @ts-check
// What an explorer costs the machine: CPU of the main thread per event, as a gate, and what a
// clock on the wall says, as a report.
//
// CPU is counted in thread ticks, which a busy machine does not inflate; times on the wall
// depend on what else runs and are printed only.

import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { test } from 'node:test';
import { newPage, quantile, ready, setUp, visit, address } from './harness.mjs';
import { pagesOf } from './server.mjs';

/** @import { Page } from 'playwright-core' */

setUp();
const pages = await pagesOf();

/** The most that one event of a slider may cost the main thread, in ms of CPU. */
const limit = { task: 6, script: 2 };
const events = 100;

/**
 * A function that reads the main thread's counters since the navigation, seconds of CPU as ms.
 * @param {Page} page
 */
async function counters(page) {
	const client = await page.context().newCDPSession(page);
	await client.send('Performance.enable', { timeDomain: 'threadTicks' });
	return async () => {
		const { metrics } = await client.send('Performance.getMetrics');
		const value = (/** @type {string} */ name) => {
			const found = metrics.find((m) => m.name === name);
			if (!found) throw new Error(`the browser counts no ${name}`);
			return found.value * 1000;
		};
		return {
			task: value('TaskDuration'),
			script: value('ScriptDuration'),
			style: value('RecalcStyleDuration'),
			layout: value('LayoutDuration'),
		};
	};
}

/** Records from each input or key event to the end of the frame that shows it, in ms. @param {Page} page */
async function timeFrames(page) {
	await page.addInitScript(() => {
		/** @type {number[]} */
		const times = [];
		Object.assign(window, { frameTimes: times });
		/** @param {Event} e */
		const record = (e) =>
			requestAnimationFrame(() => {
				const channel = new MessageChannel(); // its message comes after the frame is drawn
				channel.port1.onmessage = () => times.push(performance.now() - e.timeStamp);
				channel.port2.postMessage(0);
			});
		addEventListener('keydown', record, true);
	});
}

/** Presses arrow keys back and forth, n times, at the pace of a held key. @param {Page} page @param {number} n */
async function press(page, n) {
	for (let i = 0; i < n; i++) {
		await page.keyboard.press(i % 40 < 20 ? 'ArrowRight' : 'ArrowLeft');
		await page.waitForTimeout(33);
	}
}

for (const path of pages) {
	for (const [kind, selector] of [
		['slider', 'input[type=range]'],
		['bar', '[role=slider]:not([aria-disabled=true])'],
	]) {
		test(`/${path}: CPU of a ${kind}`, async (t) => {
			const page = await newPage();
			await timeFrames(page);
			await visit(page, path);
			const within = path.startsWith('learn/') ? 'section.explorer .stage ' : 'main ';
			const control = page.locator(within + selector).first();
			if ((await control.count()) === 0) {
				assert.notEqual(kind === 'slider' && path.startsWith('learn/'), true, 'a chapter without a slider');
				await page.context().close();
				return;
			}
			const before = await page.locator('main').innerText();
			await control.focus();
			await press(page, 10); // warm: compiled and laid out once
			assert.notEqual(
				await page.locator('main').innerText(),
				before,
				'the keys change nothing: nothing was measured',
			);
			await press(page, 30); // and back to where it began
			const read = await counters(page);
			const start = await read();
			await page.evaluate('window.frameTimes.length = 0');
			await press(page, events);
			const end = await read();
			const times = /** @type {number[]} */ (await page.evaluate('window.frameTimes'));
			const cost = Object.fromEntries(
				Object.entries(end).map(([name, value]) => [
					name,
					(value - start[/** @type {keyof typeof end} */ (name)]) / events,
				]),
			);
			t.diagnostic(
				`/${path} ${kind}: CPU per event ${Object.entries(cost)
					.map(([k, v]) => `${k} ${v.toFixed(2)}`)
					.join(', ')} ms; ` +
					`event to paint p50 ${quantile(times, 0.5).toFixed(1)}, p95 ${quantile(times, 0.95).toFixed(1)} ms of ${times.length}, load ${loadavg()[0]?.toFixed(1)}`,
			);
			assert.equal(times.length, events, 'frames seen');
			assert.ok(Number(cost.script) > 0, 'no script ran: nothing was measured');
			assert.ok(
				Number(cost.task) <= limit.task,
				`${cost.task} ms of CPU per event, want at most ${limit.task}`,
			);
			assert.ok(
				Number(cost.script) <= limit.script,
				`${cost.script} ms of script per event, want at most ${limit.script}`,
			);
			await page.context().close();
		});
	}
}

test('slow 4G and a slow phone', async (t) => {
	for (const path of pages) {
		const page = await newPage({ viewport: { width: 412, height: 823 } });
		const client = await page.context().newCDPSession(page);
		await client.send('Network.enable');
		await client.send('Network.emulateNetworkConditions', {
			offline: false,
			latency: 150,
			downloadThroughput: (1.6 * 1024 * 1024) / 8,
			uploadThroughput: (750 * 1024) / 8,
		});
		await client.send('Emulation.setCPUThrottlingRate', { rate: 4 });
		await page.addInitScript(() => {
			Object.assign(window, { largest: NaN });
			new PerformanceObserver((list) => {
				// @ts-expect-error set above
				for (const e of list.getEntries()) window.largest = e.startTime;
			}).observe({ type: 'largest-contentful-paint', buffered: true });
		});
		await page.goto(address(path));
		await ready(page);
		const controls = Number(await page.evaluate('performance.now()'));
		const largest = Number(await page.evaluate('window.largest'));
		const bytes = Number(
			await page.evaluate(
				"performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).reduce((n, e) => n + e.transferSize, 0)",
			),
		);
		t.diagnostic(
			`/${path} on slow 4G, CPU / 4: largest paint ${largest.toFixed(0)} ms (want 1200), controls ${controls.toFixed(0)} ms (want 4000), ` +
				`${(bytes / 1e3).toFixed(0)} kB transferred`,
		);
		assert.ok(largest > 0 && controls > 0 && bytes > 0, 'nothing was measured');
		await page.context().close();
	}
});
