import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import table from '../../../data/fashion-temperature.json';
import { literals } from './literals';
import { at, nearest, presets } from './state';

// What the code tabs show is run, and prints the numbers beside it.

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The core prints with four decimals; so does this test, of numbers that have no more. */
const four = (x: number) => x.toFixed(4);

describe.each(presets.map((preset) => preset.state.t!))('temperature %d', (t) => {
	const view = at(t, 'nats');
	const text = { ece: four(view.ece), chance: four(view.chance), loss: four(view.loss) };

	/** The sample with its slots filled, as it is copied. */
	function sample(file: string): string {
		const values = literals(view, t, text, 'nats');
		const source = readFileSync(new URL(`code/${file}`, import.meta.url), 'utf8');
		expect(source.match(/__\w+?__/g)?.length).toBeGreaterThan(2);
		return source.replace(/__(\w+?)__/g, (_, name: string) => {
			expect(values).toHaveProperty(name);
			return values[name]!;
		});
	}

	test('Go prints what its comment says', { timeout: 120_000 }, () => {
		const file = join(folder, 'main.go');
		const source = sample('ece.go.txt');
		writeFileSync(file, source);
		const printed = execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' });
		expect(printed.trim()).toBe(/^\t\/\/ (.*)$/m.exec(source)![1]);
	});

	const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
	for (const [file, module] of [
		['ece.numpy.py', 'numpy'],
		['ece.torch.py', 'torch'],
	] as const) {
		test.runIf(python(module))(module, { timeout: 120_000 }, () => {
			const printed = execFileSync('python3', ['-c', sample(file)], { encoding: 'utf8' });
			expect(printed.trim()).toBe(`ECE ${text.ece}`);
		});
	}

	test('JSON', () => {
		const parsed = JSON.parse(sample('ece.json.txt')) as { rows: number[]; temperature: number };
		expect(parsed.temperature).toBe(t);
		expect(parsed.rows.reduce((sum, n) => sum + n, 0)).toBe(table.rows);
	});
});

test('the printed groups give the printed calibration error, at every temperature', () => {
	for (const t of table.temperatures) {
		const { bins, ece } = at(t, 'nats');
		const sum = bins.reduce((total, b) => total + b.rows * Math.abs(b.confidence - b.accuracy), 0);
		expect(four(sum / table.rows), `temperature ${t}`).toBe(four(ece));
		for (const { accuracy, low, high } of bins) {
			expect(low).toBeLessThanOrEqual(accuracy);
			expect(high).toBeGreaterThanOrEqual(accuracy);
		}
	}
});

test('a temperature between the steps goes to the next one', () => {
	expect([nearest(1.04), nearest(9), nearest(0)]).toEqual([
		1,
		table.temperatures.at(-1),
		table.temperatures[0],
	]);
});
