import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab } from '../../../core/load';
import { literals } from './literals';
import { edgeOf, first, netOf, presets, type State } from './state';

// What the code tabs show is run, and prints the norms beside it.

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
let lab: Lab;

beforeAll(async () => {
	lab = await everyCore();
});
afterAll(() => rmSync(folder, { recursive: true }));

const preset = (name: string) => presets.find((p) => p.name === name)!.state;
const states: { name: string; state: Partial<State> }[] = [
	{ name: 'the first state', state: { step: 3 } },
	{ name: 'squared error, saturated', state: { ...preset('Saturated start'), step: 12 } },
	{ name: 'a softmax of tanh', state: { ...preset('It learns'), loss: 'softmax', task: 'quarters' } },
	{ name: 'ReLU', state: { act: 'relu', init: 'he', depth: 2, task: 'ring', step: 20, rate: 0.1 } },
];

describe.each(states)('$name', ({ state: part }) => {
	const state = { ...first, ...part };
	const see = () =>
		lab.flow({ net: netOf(state), race: false, steps: state.step, edge: edgeOf(state), unit: 'nats' });

	/** The sample with its slots filled, as it is copied. */
	function sample(file: string): string {
		const values = literals(see(), state);
		const text = readFileSync(new URL(`code/${file}`, import.meta.url), 'utf8');
		expect(text.match(/__\w+?__/g)?.length).toBeGreaterThan(3);
		return text.replace(/__(\w+?)__/g, (_, name: string) => {
			expect(values).toHaveProperty(name);
			return values[name]!;
		});
	}

	/** Expects the printed norms to be those of the view, to the three digits they are printed with. */
	function holds(printed: string): void {
		const want = see().runs[0]!.layers.grad;
		const got = printed.trim().split(/\s+/).map(Number);
		expect(got).toHaveLength(want.length);
		got.forEach((norm, l) => expect(Math.abs(norm / want[l]! - 1), `layer ${l + 1}`).toBeLessThan(0.0051));
	}

	const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
	function run(file: string): string {
		writeFileSync(join(folder, 'flow.json'), sample('flow.json.txt'));
		return execFileSync('python3', ['-c', sample(file)], { cwd: folder, encoding: 'utf8' });
	}

	test('Go trains from the seed to the same gradients', { timeout: 120_000 }, () => {
		const file = join(folder, 'main.go');
		writeFileSync(file, sample('flow.go.txt'));
		holds(execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' }));
	});

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () => holds(run('flow.numpy.py')));
	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () => holds(run('flow.torch.py')));

	test('JSON holds the network', () => {
		const parsed = JSON.parse(sample('flow.json.txt')) as {
			layers: { weight: number[][]; bias: number[] }[];
		};
		expect(parsed).toMatchObject({ activation: state.act, loss: state.loss, step: state.step });
		const flat = parsed.layers.flatMap((l) => [...l.weight.flat(), ...l.bias]);
		expect(flat).toEqual(see().runs[0]!.state.weights);
	});
});
