// Builds the Go cores for the browser into generated/.
// A file is rewritten only if it changed, so that unchanged inputs stay unchanged for make.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants, gunzipSync } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';

const web = fileURLToPath(new URL('..', import.meta.url));
const out = join(web, 'generated');

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
const go = (args, env = {}) =>
	execFileSync('go', args, { cwd: join(web, '..'), env: { ...process.env, ...env }, encoding: 'utf8' });

/** @param {string} name @param {Buffer} bytes */
function write(name, bytes) {
	const file = join(out, name);
	if (!existsSync(file) || !readFileSync(file).equals(bytes)) writeFileSync(file, bytes);
}

/**
 * The cores as they travel, by suffix: how they are packed and unpacked. Zopfli finds what gzip misses, 5 % of the
 * download. Both take seconds.
 * @type {Record<string, { pack: (core: Buffer) => Promise<Uint8Array>, unpack: (packed: Buffer) => Buffer }>}
 */
const codings = {
	gz: { pack: (core) => gzipAsync(core, { numiterations: 1 }), unpack: gunzipSync },
	br: {
		pack: (core) =>
			promisify(brotliCompress)(core, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: core.length } }),
		unpack: brotliDecompressSync,
	},
};

/** Writes a core packed, unless what was packed before is the same. @param {string} name @param {Buffer} core */
async function writePacked(name, core) {
	const jobs = Object.entries(codings).map(async ([suffix, { pack, unpack }]) => {
		const before = join(out, `${name}.${suffix}`);
		if (existsSync(before) && unpack(readFileSync(before)).equals(core)) return;
		writeFileSync(before, await pack(core));
	});
	await Promise.all(jobs);
}

mkdirSync(out, { recursive: true });
// Without inlining in the runtime and in what runs once a call the download is 30 KB smaller; the losses keep theirs.
const small = [
	'runtime/...',
	'xent/lab',
	'xent/nn',
	'xent/eval',
	'xent/doctor',
	'xent/calib',
	'xent/internal/rowfile',
	'xent/internal/evalfile',
].map((name) => `-gcflags=${name}=-l`);
for (const core of ['chapters', 'training', 'practice', 'bench']) {
	const name = `${core}.wasm`;
	const fresh = join(out, `${name}.${process.pid}`);
	const flags = ['-trimpath', '-ldflags=-s -w', ...small, `-tags=${core}`];
	go(['build', ...flags, '-o', fresh, './cmd/xent-wasm'], { GOOS: 'js', GOARCH: 'wasm' });
	const bytes = readFileSync(fresh);
	rmSync(fresh);
	await writePacked(name, bytes);
	write(name, bytes);
}
