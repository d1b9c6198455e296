// @ts-check
// A Chromium for the tests: found, or fetched, or an error that says what to do.
//
// The order is
//
//   1. $CHROME, which must then work;
//   2. a Chromium or Chrome on the PATH or in the usual place of the system;
//   3. apt-get install, as root on a system with apt-get;
//   4. playwright's own download.
//
// There is no fifth way: tests that cannot have a browser fail, they are never skipped.
//
// Of several, the one without a surface of its own is taken: a new window of the others costs four times the CPU of a
// page of the lab (0.6 s and 0.15 s), spent on tool bars that nobody sees.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const names = [
	'chromium-headless-shell',
	'chromium',
	'chromium-browser',
	'google-chrome-stable',
	'google-chrome',
	'chrome',
	'microsoft-edge',
];
const places = [
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
	'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Flags for a headless browser that talks to no one but the server under test. */
const flags = [
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
	'--font-render-hinting=none',
	...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // Chromium's sandbox refuses to run as root
];

/** @param {string} file */
function executable(file) {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** The first of `names` on the PATH, then of `places`. */
function installed() {
	const path = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	const ending = process.platform === 'win32' ? '.exe' : '';
	const candidates = names.flatMap((name) => path.map((dir) => join(dir, name + ending)));
	return [...candidates, ...places].find(executable);
}

/**
 * Runs a command whose output goes to stderr, so that the runner's own output stays whole.
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function succeeds(command, args, env = process.env) {
	console.error(`browser: ${command} ${args.join(' ')}`);
	return spawnSync(command, args, { env, stdio: ['ignore', 2, 2] }).status === 0;
}

function fromApt() {
	if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	succeeds('apt-get', ['update', '-qq'], env); // a stale list may still do
	const install = ['install', '-y', '-qq', '--no-install-recommends', 'fonts-dejavu-core'];
	for (const name of ['chromium-headless-shell', 'chromium']) {
		if (succeeds('apt-get', [...install, name], env)) break;
	}
	return installed();
}

function fromPlaywright() {
	const own = () => {
		const file = chromium.executablePath();
		return executable(file) ? file : undefined;
	};
	if (own()) return own();
	const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
	succeeds(process.execPath, [cli, 'install', 'chromium']);
	return own();
}

/**
 * The path of a Chromium that starts, and how it was come by.
 * @returns {{path: string, from: string, version: string}}
 */
export function findChromium() {
	const asked = process.env.CHROME;
	/** @type {[string, () => string | undefined][]} */
	const ways = asked
		? [['$CHROME', () => asked]]
		: [
				['installed', installed],
				['apt-get', fromApt],
				["playwright's download", fromPlaywright],
			];
	for (const [from, way] of ways) {
		const path = way();
		if (!path) continue;
		const run = spawnSync(path, ['--version', ...flags], { encoding: 'utf8', timeout: 60_000 });
		if (run.status === 0) return { path, from, version: run.stdout.trim() };
		console.error(`browser: ${path} (${from}) does not run: ${run.error?.message ?? run.stderr.trim()}`);
	}
	throw new Error(
		asked
			? `CHROME=${asked} is not a browser that starts`
			: 'no Chromium: install one, or set CHROME to its path (tried the PATH, apt-get as root, playwright-core install)',
	);
}

/**
 * Starts a headless Chromium with an empty profile; says on stderr which one.
 * @param {string[]} [more] flags
 * @returns {Promise<import('playwright-core').Browser>}
 */
export async function launch(more = []) {
	const { path, from, version } = findChromium();
	console.error(`browser: ${version} at ${path} (${from})`);
	return chromium.launch({ executablePath: path, headless: true, args: [...flags, ...more] });
}

// Run by itself it finds or fetches one, before the tests start beside each other and all want to.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { path, from, version } = findChromium();
	console.log(`browser: ${version} at ${path} (${from})`);
}
