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
	{ why: 'a soft label', state: { by: 'z', z: -2.5, y: 0.3 } },
	{ why: 'e to the 10 000 overflows', state: preset('z = 10 000, y = 0') },
	{ why: 'an infinite loss at an infinite logit', state: preset('p = 0, and it happened') },
];

describe.each(states)('$why', ({ state: part }) => {
	const state = { ...initial(schema), ...part };
	const see = () => {
		const at = state.by === 'p' ? state.p : state.z;
		return lab.compareLosses({ target: state.y, given: state.by, at, along: 'z', unit: 'nats' });
	};
	const values = () => literals(see(), state);
	const sample = (file: string) => fill(new URL(`code/${file}`, import.meta.url), values());
	const said = () => [
		`cross-entropy ${values().ce} nats, slope ${values().slope_ce}`,
		`squared error ${values().se}, slope ${values().slope_se}`,
	];

	test('Go', { timeout: 240_000 }, () => expect(runGo(sample('losses.go.txt'))).toEqual(said()));

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () =>
		expect(runPython(sample('losses.numpy.py'))).toEqual(said().map((line) => line.replace('+Inf', 'inf'))),
	);

	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () => {
		const want = said().map((line) => line.replace('+Inf', 'inf').replace(' nats', ''));
		expect(runPython(sample('losses.torch.py'))).toEqual(want);
	});

	test('JSON', () => {
		const { crossEntropy: ce } = see();
		const parsed = JSON.parse(sample('losses.json.txt')) as Record<string, Record<string, unknown>>;
		expect(parsed.label).toBe(state.y);
		expect(parsed.cross_entropy!.nats).toBe(Number.isFinite(ce.loss) ? Number(values().ce) : 'Infinity');
		expect(parsed.cross_entropy!.slope).toBeCloseTo(ce.slopeZ, 6);
	});
});
