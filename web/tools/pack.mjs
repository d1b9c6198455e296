// Packs files as they travel: .gz by Zopfli where that pays, .br by Brotli at its best. Both take seconds for a core, so
// the work is done by threads, while the build goes on.
import { availableParallelism } from 'node:os';
import { Worker, isMainThread, parentPort } from 'node:worker_threads';
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from 'node:zlib';

/** @typedef {'gz' | 'br'} Suffix */
/** @typedef {{ bytes: Uint8Array, suffix: Suffix, text: boolean, best: boolean }} Job */
/** @typedef {{ job: Job, resolve: (packed: Uint8Array) => void, reject: (cause: unknown) => void }} Waiting */

/** @type {readonly Suffix[]} */
export const suffixes = ['gz', 'br'];

/** @type {Waiting[]} */
const waiting = [];
let busy = 0;

/**
 * A file as it travels. Zopfli makes 3 to 5 % less of scripts and cores than gzip does, in twenty times its time; texts
 * that no budget holds are left to gzip.
 * @param {Uint8Array} bytes @param {Suffix} suffix @param {string} name
 * @returns {Promise<Uint8Array>}
 */
export function packed(bytes, suffix, name) {
	const job = { bytes, suffix, text: !name.endsWith('.wasm'), best: /\.(js|wasm)$/.test(name) };
	return new Promise((resolve, reject) => {
		waiting.push({ job, resolve, reject });
		hire();
	});
}

/** The bytes that were packed. @param {Uint8Array} bytes @param {Suffix} suffix */
export const unpacked = (bytes, suffix) =>
	suffix === 'gz' ? gunzipSync(bytes) : brotliDecompressSync(bytes);

/** Starts a thread for what waits, unless all processors have one; it ends when nothing waits. */
function hire() {
	if (busy >= availableParallelism()) return;
	busy++;
	const worker = new Worker(new URL(import.meta.url));
	/** @type {Waiting | undefined} */
	let now;
	const next = () => {
		now = waiting.shift();
		if (now) worker.postMessage(now.job);
		else void worker.terminate();
	};
	worker.on('message', (bytes) => (now?.resolve(bytes), next()));
	worker.on('error', (cause) => now?.reject(cause));
	worker.on('exit', () => (busy--, waiting.length > 0 && hire()));
	next();
}

if (!isMainThread && parentPort) {
	const port = parentPort;
	const { gzipAsync } = await import('@gfx/zopfli');
	port.on('message', async (/** @type {Job} */ { bytes, suffix, text, best }) => {
		if (suffix === 'br') port.postMessage(brotli(bytes, text));
		else
			port.postMessage(best ? await gzipAsync(bytes, { numiterations: 1 }) : gzipSync(bytes, { level: 9 }));
	});
}

/** @param {Uint8Array} bytes @param {boolean} text */
function brotli(bytes, text) {
	const { BROTLI_PARAM_MODE, BROTLI_MODE_TEXT, BROTLI_MODE_GENERIC, BROTLI_PARAM_SIZE_HINT } = constants;
	const params = {
		[BROTLI_PARAM_MODE]: text ? BROTLI_MODE_TEXT : BROTLI_MODE_GENERIC,
		[BROTLI_PARAM_SIZE_HINT]: bytes.length,
	};
	return brotliCompressSync(bytes, { params }); // at its best quality, which is its default
}
