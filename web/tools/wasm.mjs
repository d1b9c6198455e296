// Builds the Go core for the browser into generated/, compressed and not, beside the loader that fits the toolchain.
// A file is rewritten only if it changed, so that unchanged inputs stay unchanged for make.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
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

mkdirSync(out, { recursive: true });
const fresh = join(out, `xent.wasm.${process.pid}`);
// Without inlining in the runtime and in what runs once a call the download is 30 KB smaller; the losses keep theirs.
const small = ['-gcflags=runtime/...=-l', '-gcflags=xent/lab=-l'];
go(['build', '-trimpath', '-ldflags=-s -w', ...small, '-o', fresh, './cmd/xent-wasm'], {
	GOOS: 'js',
	GOARCH: 'wasm',
});
const core = readFileSync(fresh);
rmSync(fresh);
// Zopfli finds what gzip misses, 5 % of the download, and takes seconds: only when the core has changed.
const packed = join(out, 'xent.wasm.gz');
if (!existsSync(packed) || !gunzipSync(readFileSync(packed)).equals(core)) {
	writeFileSync(packed, await gzipAsync(core, { numiterations: 1 }));
}
write('xent.wasm', core);
const glue = readFileSync(join(go(['env', 'GOROOT']).trim(), 'lib/wasm/wasm_exec.js'));
write('wasm_exec.js', Buffer.concat([Buffer.from('// @ts-nocheck\n'), glue]));
