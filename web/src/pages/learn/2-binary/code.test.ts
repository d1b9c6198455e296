import { beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab } from '../../../core/load';
import { initial } from '../../../lib/share/codec';
import { fill, python, runGo, runPython } from '../../../../tools/samples';
import { literals } from './literals';
import { presets, schema, type State } from './state';

// What the code tabs show is run, and prints the numbers beside it.

let lab: Lab;
beforeAll(async () => {
	lab = await everyCore();
});

const preset = (name: string) => presets.find((p) => p.name === name)!.state;
const states: { why: string; state: Partial<State> }[] = [
	{ why: 'the first state', state: {} },
	{ why: 'the naive way is infinite', state: preset('z = −800, y = 1') },
	{ why: 'the naive way has no number', state: preset('z = 40, y = 1') },
	{ why: 'float32', state: preset('z = 17 in float32') },
	{ why: 'a weight and a soft label', state: { z: -2.5, y: 0.3, w: 4 } },
];

describe.each(states)('$why', ({ state: part }) => {
	const state = { ...initial(schema), ...part };
	const see = () =>
		lab.binaryLoss({ logit: state.z, target: state.y, posWeight: state.w, precision: state.f, unit: 'nats' });
	const values = () => literals(see(), state.f);
	const sample = (file: string) => fill(new URL(`code/${file}`, import.meta.url), values());
	const said = () => `${values().nats} nats, slope ${values().slope}`;

	test('Go', { timeout: 240_000 }, () => expect(runGo(sample('bce.go.txt'))).toEqual([said()]));

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () => {
		const [line, naive] = runPython(sample('bce.numpy.py'));
		expect(line).toBe(said());
		if (/inf|nan/.test(values().naive!)) expect(naive).toBe(values().naive);
		else expect(Number(naive)).toBeCloseTo(Number(values().naive), 5);
	});

	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () =>
		expect(runPython(sample('bce.torch.py'))).toEqual([said()]),
	);

	test('JSON', () => {
		const parsed = JSON.parse(sample('bce.json.txt')) as { label: number; loss: { nats: number } };
		expect(parsed.label).toBe(state.y);
		expect(parsed.loss.nats).toBeCloseTo(see().loss, 6);
	});
});
