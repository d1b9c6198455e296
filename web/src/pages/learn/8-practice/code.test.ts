import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab } from '../../../core/load';
import { logLiterals, stabilityLiterals } from './literals';

// Every block of code of the page is run, and prints what stands below it, or beside it in a tab.
//
//	UPDATE=1 npx vitest run src/pages/learn/8-practice   writes anew what the blocks print

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
const code = (name: string) => fileURLToPath(new URL(`code/${name}`, import.meta.url));
const read = (name: string) => readFileSync(code(name), 'utf8');
let lab: Lab;

beforeAll(async () => {
	lab = await everyCore();
});
afterAll(() => rmSync(folder, { recursive: true }));

const has = { numpy: installed('numpy'), torch: installed('torch'), go: true };
function installed(module: string): boolean {
	return spawnSync('python3', ['-c', `import ${module}`]).status === 0;
}

/** What a program prints; for one that does not compile, what the compiler says. */
function run(language: string, source: string): string {
	if (language !== 'go') return execFileSync('python3', ['-W', 'ignore', '-c', source], { encoding: 'utf8' });
	const file = join(folder, 'main.go');
	writeFileSync(file, source);
	const { stdout, stderr } = spawnSync('go', ['run', file], { cwd: repository, encoding: 'utf8' });
	return (stdout + stderr)
		.replace(/^# .*\n/m, '')
		.replaceAll(file, 'main.go')
		.replace(/^\S*main\.go:/gm, 'main.go:');
}

describe.each(['right', 'naive', 'late', 'clip', 'twice'])('%s', (name) => {
	for (const language of ['go', 'numpy', 'torch'] as const) {
		test.runIf(has[language])(`${language} prints what the page says`, { timeout: 120_000 }, () => {
			const source = read(language === 'go' ? `${name}.go.txt` : `${name}.${language}.py`);
			const printed = run(language, source);
			const file = `${name}.${language}.out.txt`;
			if (process.env.UPDATE) writeFileSync(code(file), printed);
			expect(printed).toBe(existsSync(code(file)) ? read(file) : '(no file)');
			expect(printed.length).toBeGreaterThan(5);
		});
	}
});

/** A sample of a tab with its slots filled, as it is copied. */
function sample(file: string, values: Record<string, string>): string {
	const text = read(file);
	expect(text.match(/__\w+?__/g)?.length).toBeGreaterThan(1);
	return text.replace(/__(\w+?)__/g, (_, name: string) => {
		expect(values).toHaveProperty(name);
		return values[name]!;
	});
}

/** The numbers that a program prints, infinite or none among them. */
const numbers = (printed: string) =>
	[...printed.matchAll(/[+-]?(?:inf|nan|\d+(?:\.\d+)?(?:e[+-]?\d+)?)/gi)].map(([word]) =>
		/inf/i.test(word) ? Infinity : Number(word.replace(/nan/i, 'NaN')),
	);

describe.each([
	{ z: 12, r: 0, why: 'the opening state' },
	{ z: -800, r: 0, why: 'the naive loss is infinite' },
	{ z: 800, r: 790, why: 'the naive loss is no number' },
	{ z: 0.3, r: 0.1, why: 'an ordinary pair' },
])('E9 at $z and $r: $why', ({ z, r }) => {
	for (const [language, file] of [
		['go', 'e9.go.txt'],
		['numpy', 'e9.numpy.py'],
		['torch', 'e9.torch.py'],
	] as const) {
		test.runIf(has[language])(language, { timeout: 120_000 }, () => {
			const view = lab.stableLoss({
				true: z,
				rival: r,
				format: 'float64',
				program: 'naive',
				step: 0,
				unit: 'nats',
			});
			const printed = numbers(run(language, sample(file, stabilityLiterals(view))));
			const want = [view.code.naive, view.code.stable].map((text) =>
				text === '∞' ? Infinity : text === 'no number' ? NaN : Number(text),
			);
			expect(printed.length).toBe(2);
			printed.forEach((value, i) => {
				if (Number.isFinite(want[i]))
					expect(Math.abs(value - want[i]!)).toBeLessThan(2e-6 * Math.abs(want[i]!));
				else expect(value).toBe(want[i]);
			});
		});
	}

	test('JSON', () => {
		const view = lab.stableLoss({
			true: z,
			rival: r,
			format: 'float64',
			program: 'naive',
			step: 0,
			unit: 'nats',
		});
		const parsed: unknown = JSON.parse(sample('e9.json.txt', stabilityLiterals(view)));
		expect(parsed).toMatchObject({
			logits: { true: z, rival: r },
			nats_in_float64: { stable: Number(view.code.stable) },
		});
	});
});

describe.each([
	{ classes: 10, loss: 1.49, accuracy: 0.97, ids: ['error double-softmax', 'warning loss-above-fano'] },
	{ classes: 4, loss: 0.2507, accuracy: 0.94, ids: [] },
])('E8 at $classes classes, $loss nats, $accuracy', ({ ids, ...line }) => {
	const see = () => lab.lossMap({ ...line, samples: 2, unit: 'nats' });

	test('Go', { timeout: 120_000 }, () => {
		const printed = run('go', sample('e8.go.txt', logLiterals(see())))
			.trim()
			.split('\n');
		expect(printed).toEqual([`floor ${see().code.floor} nats, with softmax twice`, ...ids]);
	});

	for (const language of ['numpy', 'torch'] as const)
		test.runIf(has[language])(language, { timeout: 120_000 }, () => {
			const printed = run(language, sample(`e8.${language}.py`, logLiterals(see())));
			const { floor, double, lower } = see().code;
			const want = language === 'numpy' ? [floor, double, lower] : [floor, double];
			expect(printed.match(/\d+\.\d+/g)).toEqual(want);
		});

	test('JSON', () => {
		const { floor } = see().code;
		expect(JSON.parse(sample('e8.json.txt', logLiterals(see())))).toMatchObject({
			classes: line.classes,
			printed: { loss: line.loss, accuracy: line.accuracy },
			nats: { floor: Number(floor) },
		});
	});
});
