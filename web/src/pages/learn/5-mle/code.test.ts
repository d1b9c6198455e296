import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab, Unit } from '../../../core/load';
import { initial } from '../../../lib/share/codec';
import { literals } from './literals';
import { fair, presets, repair, schema, type State } from './state';

// What the code tabs show is run, and prints the numbers beside it.

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
let lab: Lab;

beforeAll(async () => {
	lab = await everyCore();
});
afterAll(() => rmSync(folder, { recursive: true }));

const preset = (name: string) => presets.find((p) => p.name === name)!.state;
const states: { name: string; unit: Unit; state: Partial<State> }[] = [
	{ name: 'the first state', unit: 'nats', state: {} },
	{ name: 'a product that is 0', unit: 'bits', state: preset('1,075 tosses') },
	{ name: 'the least product', unit: 'nats', state: preset('1,074 tosses') },
	{ name: 'an impossible toss', unit: 'bits', state: preset('An excluded face') },
	{ name: 'a die', unit: 'bits', state: preset('A loaded die') },
];

describe.each(states)('$name', ({ unit, state: part }) => {
	const state = { ...initial(schema), ...part };
	const see = () =>
		lab.likelihood({ truth: state.p, model: state.q, rolls: state.n, seed: state.seed, unit });

	/** The sample with its slots filled, as it is copied. */
	function sample(file: string): string {
		const values = literals(see(), state, unit);
		const text = readFileSync(new URL(`code/${file}`, import.meta.url), 'utf8');
		expect(text.match(/__\w+?__/g)?.length).toBeGreaterThan(3);
		return text.replace(/__(\w+?)__/g, (_, name: string) => {
			expect(values).toHaveProperty(name);
			return values[name]!;
		});
	}

	const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
	const run = (file: string) =>
		execFileSync('python3', ['-W', 'ignore', '-c', sample(file)], { encoding: 'utf8' });

	test('Go prints what its comments say', { timeout: 120_000 }, () => {
		const file = join(folder, 'main.go');
		const source = sample('mle.go.txt');
		writeFileSync(file, source);
		const printed = execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' });
		const said = [...source.matchAll(/^\t\/\/ (.*)$/gm)].map((m) => m[1]);
		expect(said).toHaveLength(4);
		expect(printed.trim().split('\n')).toEqual(said);
	});

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () => {
		const { code } = see();
		const lines = run('mle.numpy.py').trim().split('\n');
		expect(lines[1]).toBe(`${code.logLikelihood.replace('∞', 'inf')} ${unit}`);
		expect(lines.slice(2)).toEqual([1, 2].map(() => code.crossEntropy.replace('∞', 'inf')));
	});

	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () => {
		expect(run('mle.torch.py')).toContain(`${see().code.crossEntropy.replace('∞', 'inf')} ${unit}`);
	});

	test('JSON', () => {
		const parsed: unknown = JSON.parse(sample('mle.json.txt'));
		expect(parsed).toMatchObject({ seed: state.seed, counts: see().counts, model: state.q, unit });
	});
});

test('the examples show what they say', () => {
	const see = (name: string) => {
		const state = { ...initial(schema), ...preset(name) };
		return lab.likelihood({
			truth: state.p,
			model: state.q,
			rolls: state.n,
			seed: state.seed,
			unit: 'nats',
		});
	};
	expect(see('Three tosses, all heads').counts).toEqual([3, 0]);
	expect(see('1,074 tosses').product).toBe(5e-324);
	expect(see('1,075 tosses')).toMatchObject({ product: 0, lost: 1075 });
	expect(see('An excluded face').impossible).toEqual([1]);
	expect(see('A loaded die').counts.indexOf(Math.max(...see('A loaded die').counts))).toBe(5);
});

test('a state from a link is made whole, and what was changed is said', () => {
	const state = { ...initial(schema), p: [2, 1, 1], q: [1, 1], face: 5 };
	expect(repair(lab, state)).toHaveLength(2);
	expect(state).toMatchObject({ p: fair.die, q: fair.die, face: 5 });
	const coin = { ...initial(schema), p: [3, 1], q: [0, 0], face: 4 };
	expect(repair(lab, coin)).toHaveLength(3);
	expect(coin).toMatchObject({ p: [0.75, 0.25], q: [0.5, 0.5], face: 0 });
	expect(repair(lab, initial(schema))).toEqual([]);
});
