// Builds the Go cores for the browser into generated/.
// A file is rewritten only if it changed, so that unchanged inputs stay unchanged for make.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = fileURLToPath(new URL('..', import.meta.url));
const out = join(web, 'generated');
export const cores = ['chapters', 'training', 'practice', 'bench'];

/** @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
const go = (args, env = {}) =>
	execFileSync('go', args, { cwd: join(web, '..'), env: { ...process.env, ...env }, encoding: 'utf8' });

/** @param {string} name @param {Buffer} bytes */
function write(name, bytes) {
	const file = join(out, name);
	if (!existsSync(file) || !readFileSync(file).equals(bytes)) writeFileSync(file, bytes);
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
for (const core of cores) {
	const name = `${core}.wasm`;
	const fresh = join(out, `${name}.${process.pid}`);
	const flags = ['-trimpath', '-ldflags=-s -w', ...small, `-tags=${core}`];
	go(['build', ...flags, '-o', fresh, './cmd/xent-wasm'], { GOOS: 'js', GOARCH: 'wasm' });
	const bytes = readFileSync(fresh);
	rmSync(fresh);
	write(name, bytes);
}
