// @ts-check
// The checks themselves, on pages that are wrong: each must be seen to fail.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './browser.mjs';
import { check, equations } from './calculator.mjs';
import { overflow, shifted, violations, watch } from './harness.mjs';
import { pagesOf, serveFolder } from './server.mjs';

/** @type {Record<string, string>} */
const wrong = {
	'request.html': '<img alt="" src="http://127.0.0.2:9/pixel.png">',
	'console.html': '<script src="console.js"></script>',
	'console.js': 'console.error("on the console")',
	'uncaught.html': '<script src="uncaught.js"></script>',
	'uncaught.js': 'throw new Error("not caught")',
	'missing.html': '<link rel="stylesheet" href="missing.css">',
	'inline.html': `<meta http-equiv="Content-Security-Policy" content="default-src 'self'"><script>1</script>`,
	'wide.html': '<div class="wide" style="width:400px">wide</div>',
	'shift.html':
		'<p id="late" hidden style="height:300px">late</p><p style="height:200px">first</p><script src="shift.js"></script>',
	'shift.js': 'setTimeout(() => { late.hidden = false; }, 200)',
	'axe.html':
		'<title>x</title><main><h1>x</h1><img src="x.svg"><p style="color:#aaa;background:#fff">faint</p><button></button></main>',
	'formulas.html': [
		'<math><mi>H</mi><mo>=</mo><mo>−</mo><mi>ln</mi><mspace/><mrow><mn>9.026</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>4</mn></mrow></msup></mrow><mo>=</mo><mn>7.0102</mn><mtext>nats</mtext></math>',
		'<math><mo>−</mo><mi>ln</mi><mn>0.0009</mn><mo>=</mo><mn>7.0102</mn></math>',
		'with these numbers <math><mn>0.6</mn><mo>·</mo><msub><mi>log</mi><mn>2</mn></msub><mfrac><mn>0.6</mn><mn>0.33</mn></mfrac></math> = <b>0.5175</b> bits',
		'with these numbers <math><mn>0.6</mn><mo>·</mo><msub><mi>log</mi><mn>2</mn></msub><mfrac><mn>0.6</mn><mn>0.33</mn></mfrac></math> = <b>0.5176</b> bits',
		'<math><mi>q</mi><mo>=</mo><mfrac><msup><mi>e</mi><mn>2</mn></msup><mrow><msup><mi>e</mi><mn>2</mn></msup><mo>+</mo><msup><mi>e</mi><mn>0</mn></msup></mrow></mfrac><mo>=</mo><mn>0.8808</mn><mo>=</mo><mn>0.8808</mn></math>',
		'<math><mo>−</mo><mi>ln</mi><mrow><mn>3.7507</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>434</mn></mrow></msup></mrow><mo>=</mo><mn>998.0000</mn></math>',
		'<math><mrow><mn>1.5952</mn></mrow><mo>=</mo><mn>1.2955</mn><mo>+</mo><mn>0.2996</mn></math>',
		'<math><mi>H</mi><mo>=</mo><mi>H</mi></math>',
	]
		.map((line) => `<p>${line}</p>`)
		.join(''),
	'x.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
};

/** @type {import('playwright-core').Browser} */
let browser;
/** @type {import('./server.mjs').Place} */
let host;
/** @type {string} */
let folder;

before(async () => {
	folder = await mkdtemp(join(tmpdir(), 'xent-wrong-'));
	for (const [name, text] of Object.entries(wrong)) {
		await writeFile(
			join(folder, name),
			name.endsWith('.html')
				? `<!doctype html><meta charset="utf-8"><link rel="icon" href="x.svg">${text}`
				: text,
		);
	}
	host = await serveFolder(folder);
	browser = await launch();
});

after(async () => {
	await browser?.close();
	await host?.close();
	await rm(folder, { recursive: true });
});

/** @param {string} name @param {import('playwright-core').BrowserContextOptions} [options] */
async function open(name, options = {}) {
	const page = await browser.newPage(options);
	const problems = await watch(page, new URL(host.url).origin);
	await page.goto(host.url + name);
	return { page, problems };
}

for (const [name, want] of /** @type {const} */ ([
	['request.html', /^request to http:\/\/127\.0\.0\.2/],
	['console.html', /^console error: on the console/],
	['uncaught.html', /^uncaught: not caught/],
	['missing.html', /^404 .*missing\.css/],
	['inline.html', /^policy: script-src/],
])) {
	test(`the watch sees ${name}`, async () => {
		const { page, problems } = await open(name);
		const seen = await problems();
		assert.ok(
			seen.some((line) => want.test(line)),
			`${JSON.stringify(seen)} holds no ${want}`,
		);
		await page.close();
	});
}

test('a page without fault has no problems', async () => {
	const { page, problems } = await open('wide.html');
	assert.deepEqual(await problems(), []);
	await page.close();
});

test('overflow is seen and named', async () => {
	const { page } = await open('wide.html', { viewport: { width: 390, height: 800 } });
	const { excess, by } = await overflow(page);
	assert.ok(excess >= 10, `excess ${excess}`);
	assert.deepEqual(by, ['div.wide']);
	await page.close();
});

test('what moves while a page loads is seen', async () => {
	const { page } = await open('shift.html');
	await page.locator('#late').waitFor();
	await page.waitForTimeout(200); // until it has been drawn
	assert.ok((await shifted(page)) > 0.02);
	await page.goto(`${host.url}wide.html`);
	assert.equal(await shifted(page), 0);
	await page.close();
});

test('axe sees a missing language, name, alternative and contrast', async () => {
	const { page } = await open('axe.html');
	const found = (await violations(page)).map((line) => line.split(':')[0]);
	for (const rule of ['html-has-lang', 'button-name', 'image-alt', 'color-contrast']) {
		assert.ok(found.includes(rule), `${rule} is not among ${found}`);
	}
	await page.close();
});

test('a folder without pages is no site', async () => {
	await assert.rejects(pagesOf(folder), /0 pages/);
});

test('the calculator sees a printed input that does not give the printed result', async () => {
	const { page } = await open('formulas.html');
	const results = (await equations(page.locator('p'))).map(check);
	assert.deepEqual(
		results.map((r) => [r.numeric, r.wrong.length]),
		[
			[2, 0], // -ln 9.026e-4 = 7.0102
			[2, 1], // -ln 0.0009 = 7.0102: too few digits
			[2, 0], // 0.6 log2(0.6/0.33) = 0.5175, around the formula in text
			[2, 1], // = 0.5176
			[3, 0], // e^2/(e^2 + e^0) = 0.8808
			[2, 0], // -ln 3.7507e-434 = 998.0000: below the least float64
			[2, 1], // 1.5952 = 1.2955 + 0.2996
			[0, 0], // nothing but names
		],
	);
	await page.close();
});
