import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadBench, Refusal, type Bench, type Job, type Progress, type Stored } from './bench';

// The bench against the command: the same files, the same bytes of report, the same words of refusal.

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const models = join(repository, 'testdata/models');
const folder = mkdtempSync(join(tmpdir(), 'xent-bench-'));
const xent = join(folder, 'xent');
let bench: Bench;

beforeAll(async () => {
	execFileSync('go', ['build', '-o', xent, './cmd/xent'], { cwd: repository });
	bench = await loadBench(readFileSync(new URL('../../generated/bench.wasm', import.meta.url)));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

function stored(name: string, bytes: Uint8Array): Stored {
	return {
		name,
		size: bytes.length,
		read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
	};
}

const model = (name: string) => stored(name, readFileSync(join(models, name)));

function evaluate(files: readonly Stored[], job: Job): string {
	bench.open(files, job);
	for (let i = 0; i < 100; i++) {
		const now: Progress = bench.step();
		if (now.report !== undefined) return now.report;
		expect(now.done).toBeLessThanOrEqual(now.total);
	}
	throw new Error('no report after 100 steps');
}

/**
 * Every member is the same, in the same order, numbers to 13 digits: the exponential of the processor's own
 * instructions and that of WebAssembly may differ in the last bit. Returns how many numbers it compared.
 */
function same(got: unknown, want: unknown, path = 'report'): number {
	if (typeof want === 'number') {
		expect(typeof got, path).toBe('number');
		const off = Math.abs((got as number) - want);
		expect(off <= 1e-13 * Math.abs(want) + 1e-15, `${path}: ${got as number}, want ${want}`).toBe(true);
		return 1;
	}
	if (typeof want !== 'object' || want === null) {
		expect(got, path).toBe(want);
		return 0;
	}
	expect(Object.keys(got as object), path).toEqual(Object.keys(want));
	return Object.entries(want).reduce(
		(n, [key, value]) => n + same((got as Record<string, unknown>)[key], value, `${path}.${key}`),
		0,
	);
}

/** The same in its layout: what is left when the digits are taken out. */
const layout = (json: string) => json.replace(/-?\d+(\.\d+)?(e[+-]\d+)?/g, '0');

describe('a report is that of the command', () => {
	test.each<[string, string[], Job['options'], string[]]>([
		['an archive', ['digits-mlp.npz'], {}, []],
		['two arrays', ['digits-mlp-logits.npy', 'digits-labels.npy'], {}, []],
		['probabilities', ['digits-mlp-probs.npy', 'digits-labels.npy'], {}, []],
		['a table', ['digits-mlp.csv'], {}, []],
		['a binary task', ['cancer-logits.npy', 'cancer-labels.npy'], {}, []],
		[
			'other settings',
			['digits-mlp.npz'],
			{ bins: 7, top: 3, ignoreIndex: 4, input: 'logits' },
			['--bins', '7', '--top', '3', '--ignore-index', '4', '--input', 'logits'],
		],
		[
			'members by name',
			['digits-mlp.npz'],
			{ scoresKey: 'logits', labelsKey: 'labels' },
			['--scores-key', 'logits', '--labels-key', 'labels'],
		],
	])('%s', (_, names, options, flags) => {
		const [scores, labels] = names;
		const got = evaluate(names.map(model), { scores: scores!, labels, options });
		const want = execFileSync(xent, ['eval', '--json', ...flags, ...names], {
			cwd: models,
			encoding: 'utf8',
		});
		expect(same(JSON.parse(got), JSON.parse(want))).toBeGreaterThan(100);
		expect(layout(got)).toBe(layout(want));
	});
});

test('the sample that the page opens with is what the command writes', () => {
	const kept = readFileSync(join(models, 'digits-mlp.report.json'), 'utf8');
	const got = evaluate([model('digits-mlp.npz')], { scores: 'digits-mlp.npz', options: {} });
	expect(same(JSON.parse(got), JSON.parse(kept))).toBeGreaterThan(100);
	expect(execFileSync(xent, ['eval', '--json', 'digits-mlp.npz'], { cwd: models, encoding: 'utf8' })).toBe(
		kept,
	);
});

/** A .npy file of little-endian float32. */
function npy(shape: string, values: readonly number[], descr = '<f4'): Uint8Array {
	const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
	const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
	const magic = [0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8];
	return new Uint8Array([
		...magic,
		...Buffer.from(header),
		...new Uint8Array(new Float32Array(values).buffer),
	]);
}

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a file that cannot be trusted is refused in the words of the command', () => {
	const labels = stored('y.csv', bytes('label\n0\n1\n'));
	test.each<[string, Stored[]]>([
		['nothing in it', [stored('x.npy', new Uint8Array()), labels]],
		['a claim of more than there is', [stored('x.npy', npy('(1000000000000, 2)', [1, 2, 3, 4])), labels]],
		['an overflow', [stored('x.npy', npy('(4611686018427387904, 8)', [1])), labels]],
		['a pickle', [stored('x.npy', bytes('\x80\x04\x95')), labels]],
		['objects', [stored('x.npy', npy('(2, 2)', [1, 2, 3, 4], '|O')), labels]],
		['HTML', [stored('x.csv', bytes('<!doctype html><script>alert(1)</script>')), labels]],
		['a hole', [stored('x.csv', bytes('a,b\n1,2\n3,\n')), labels]],
		['other lengths', [stored('x.csv', bytes('a,b\n1.5,2\n3,4\n5,6\n')), labels]],
		['NaN', [stored('x.csv', bytes('a,b\nnan,2\n3,4.5\n')), labels]],
		[
			'a label outside',
			[stored('x.csv', bytes('a,b\n1.5,2\n3,4\n')), stored('y.csv', bytes('label\n0\n7\n'))],
		],
		['no labels', [stored('x.npy', npy('(2, 2)', [1, 2, 3, 4]))]],
		['half an archive', [stored('x.npz', readFileSync(join(models, 'digits-mlp.npz')).subarray(0, 20_000))]],
		[
			'a damaged archive',
			[stored('x.npz', readFileSync(join(models, 'digits-mlp.npz')).fill(0, 30_000, 30_500))],
		],
	])('%s', async (_, files) => {
		const { mkdirSync, writeFileSync } = await import('node:fs');
		const place = mkdtempSync(join(folder, 'bad-'));
		mkdirSync(place, { recursive: true });
		for (const file of files) {
			const all = new Uint8Array(file.size);
			if (file.size > 0) file.read(0, all);
			writeFileSync(join(place, file.name), all);
		}
		const names = files.map(({ name }) => name);
		const command = spawnSync(xent, ['eval', '--json', ...names], { cwd: place, encoding: 'utf8' });
		const run = () => evaluate(files, { scores: names[0]!, labels: names[1], options: {} });
		if (command.status === 0) {
			same(JSON.parse(run()), JSON.parse(command.stdout));
			return;
		}
		const [message, hint] = command.stderr
			.replace(/^xent eval: /, '')
			.trimEnd()
			.replace(/want \.npy, .*/, 'want .npy, .npz, .csv or .tsv') // the page reads fewer formats
			.split('\nhint: ');
		expect(run).toThrow(Refusal);
		try {
			run();
		} catch (cause) {
			expect(cause).toMatchObject({ message, hint: hint ?? '' });
		}
	});
});

test('an evaluation can be stopped, and reports on what it has read', () => {
	const rows = 400_000;
	const table = bytes('a,b,label\n' + '0.25,1.5,1\n-3,2,0\n'.repeat(rows / 2));
	bench.open([stored('long.csv', table)], { scores: 'long.csv', options: {} });
	const first = bench.step();
	expect(first.report).toBeUndefined();
	expect(first.done).toBeLessThan(first.total);
	const { partial, rows: read } = JSON.parse(bench.stop().report!);
	expect(partial).toBe(true);
	expect(read).toBeGreaterThan(1000);
	expect(read).toBeLessThan(rows);
	expect(() => bench.step()).toThrow(/nothing is open/);
});

test('a file that changes while it is read is refused', () => {
	let reads = 0;
	const good = model('digits-mlp-logits.npy');
	const moved: Stored = {
		...good,
		read(offset, into) {
			if (++reads > 3) throw new Error('NotReadableError');
			good.read(offset, into);
		},
	};
	const run = () =>
		evaluate([moved, model('digits-labels.npy')], {
			scores: moved.name,
			labels: 'digits-labels.npy',
			options: {},
		});
	expect(run).toThrow(/digits-mlp-logits\.npy: .*cannot read it any more/);
});
