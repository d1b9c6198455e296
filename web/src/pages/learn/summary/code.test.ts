import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab, Unit } from '../../../core/load';
import { literals } from './literals';

// What the code tabs show is run, and prints the numbers beside it.

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
let lab: Lab;

beforeAll(async () => {
	lab = await everyCore();
});
afterAll(() => rmSync(folder, { recursive: true }));

const states: { mean: number; unit: Unit; why: string }[] = [
	{ mean: 4.5, unit: 'nats', why: 'the first state' },
	{ mean: 3.5, unit: 'bits', why: 'no constraint' },
	{ mean: 1.001, unit: 'bits', why: 'nearly sure, and a negative multiplier' },
	{ mean: 5.95, unit: 'nats', why: 'the end of the slider' },
];

describe.each(states)('a mean of $mean: $why', ({ mean, unit }) => {
	const see = () => lab.maxEntropy({ mean, bend: 0, face: 2, unit });

	/** The sample with its slots filled, as it is copied. */
	function sample(file: string): string {
		const values = literals(see(), unit);
		const text = readFileSync(new URL(`code/${file}`, import.meta.url), 'utf8');
		expect(text.match(/__\w+?__/g)?.length).toBeGreaterThan(3);
		return text.replace(/__(\w+?)__/g, (_, name: string) => {
			expect(values).toHaveProperty(name);
			return values[name]!;
		});
	}

	const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
	const run = (file: string) => execFileSync('python3', ['-c', sample(file)], { encoding: 'utf8' });

	test('Go prints what its comments say', { timeout: 120_000 }, () => {
		const file = join(folder, 'main.go');
		const source = sample('die.go.txt');
		writeFileSync(file, source);
		const printed = execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' });
		const said = [...source.matchAll(/^\t\/\/ (.*)$/gm)].map((m) => m[1]);
		expect(said).toHaveLength(2);
		expect(printed.trim().split('\n')).toEqual(said);
	});

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () => {
		expect(run('die.numpy.py')).toContain(
			`lambda ${see().code.multiplier}, entropy ${see().code.entropy} ${unit}`,
		);
	});

	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () => {
		const [lambda, entropy] = /lambda (\S+), entropy (\S+)/.exec(run('die.torch.py'))!.slice(1).map(Number);
		expect(lambda).toBeCloseTo(see().multiplier, 3);
		expect(entropy).toBeCloseTo(see().entropy, 3);
	});

	test('JSON', () => {
		const parsed = JSON.parse(sample('die.json.txt')) as { probabilities: number[]; multiplier: number };
		expect(parsed.probabilities).toHaveLength(6);
		expect(parsed.multiplier).toBeCloseTo(see().multiplier, 5);
	});
});
