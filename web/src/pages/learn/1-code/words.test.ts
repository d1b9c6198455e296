import { beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab } from '../../../core/load';
import { initial } from '../../../lib/share/codec';
import { fill, python, runGo, runPython } from '../../../../tools/samples';
import { literals, presets, repair, schema, type State } from './e0';

// What the code tabs of E0 show is run, and prints the numbers beside it.

let lab: Lab;
beforeAll(async () => {
	lab = await everyCore();
});

const preset = (name: string) => presets.find((p) => p.name === name)!.state;
const states: { why: string; state: Partial<State>; bits: string; mean: string }[] = [
	{ why: 'the first state', state: {}, bits: '16', mean: '2.0000' },
	{ why: 'a longer code than none', state: preset('Upside down'), bits: '21', mean: '2.6250' },
	{ why: 'a symbol without a word', state: preset('An excluded symbol'), bits: '∞', mean: '∞' },
	{
		why: 'it is not sent: only the mean is infinite',
		state: { q: [0.5, 0.25, 0.25, 0], m: [0, 1] },
		bits: '3',
		mean: '∞',
	},
	{
		why: 'neither comes nor has a word',
		state: { p: [0.5, 0.5, 0], q: [0.75, 0.25, 0], m: [0, 1] },
		bits: '2',
		mean: '1.0000',
	},
	{ why: 'an empty word, no message', state: { p: [1, 0], q: [1, 0], m: [] }, bits: '0', mean: '0.0000' },
];

describe.each(states)('$why', ({ state: part, bits, mean }) => {
	const state = { ...initial(schema), ...part };
	const see = () => lab.code({ p: state.p, q: state.q, message: state.m, unit: 'bits' });
	const sample = (file: string) =>
		fill(new URL(`code/${file}`, import.meta.url), literals(lab, state, see()));
	const said = (infinity: string) => `${bits} bits, ${mean} a symbol on average`.replaceAll('∞', infinity);
	/** Holds H(p, q), as a program prints it, to what the page shows. */
	const ideal = (line: string | undefined, infinity: string) => {
		const printed = /^H\(p, q\) = (\S+) bits$/.exec(line ?? '')?.[1];
		const shown = see().crossEntropy;
		if (shown === '∞') expect(printed).toBe(infinity);
		else expect(Number(printed)).toBeCloseTo(Number(shown), 3);
	};

	test('it is a state that a link may hold', () => expect(repair(lab, structuredClone(state))).toEqual([]));

	test('Go', { timeout: 240_000 }, () => {
		const [cost, cross] = runGo(sample('words.go.txt'));
		expect(cost).toBe(said('+Inf'));
		expect(sample('words.go.txt')).toContain(`// ${cost}\n`);
		ideal(cross, '+Inf');
	});

	for (const [name, module] of [
		['NumPy', 'numpy'],
		['PyTorch', 'torch'],
	] as const) {
		test.runIf(python(module))(name, { timeout: 60_000 }, () => {
			const program = sample(`words.${module}.py`);
			const [cost, cross] = runPython(program);
			expect(cost).toBe(said('inf'));
			expect(program).toContain(`# ${cost}\n`);
			ideal(cross, 'inf');
		});
	}

	test('JSON', () =>
		expect(JSON.parse(sample('words.json.txt'))).toMatchObject({
			p: state.p,
			q: state.q,
			bits: bits === '∞' ? 'Infinity' : Number(bits),
		}));
});
