import type { Precision } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import type { Preset } from '../../../lib/Presets.svelte';
import { choice, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E2. */
export interface State {
	/** The logit. */
	z: number;
	/** The label: 0, 1, or a soft one between. */
	y: number;
	/** The weight of the positive label. */
	w: number;
	/** What both ways are computed in. */
	f: Precision;
}

export const schema: Schema<State> = {
	z: number(2, -limits.maxLogit, limits.maxLogit),
	y: number(1, 0, 1),
	w: number(1, 0, limits.maxPosWeight),
	f: choice<Precision>('float64', ['float64', 'float32']),
};

const base: State = { z: 2, y: 1, w: 1, f: 'float64' };

export const presets: readonly Preset<State>[] = [
	{
		name: 'Sure and right',
		note: 'Hardly any loss and hardly any slope: what is learnt is left alone.',
		state: { ...base, z: 6 },
	},
	{
		name: 'Sure and wrong',
		note: 'The loss grows by 1 nat for each unit of the logit, and the slope is as good as −1, however wrong it gets.',
		state: { ...base, z: -6 },
	},
	{
		name: 'z = 40, y = 0',
		note: 'The naive way adds e to the −40 to 1 and gets 1. Then 1 − p is 0, and a loss of 40 has become infinite.',
		state: { ...base, z: 40, y: 0 },
	},
	{
		name: 'z = −800, y = 1',
		note: 'The naive way needs e to the 800, which no float64 holds. The loss is 800, as anyone can read off the logit.',
		state: { ...base, z: -800 },
	},
	{
		name: 'z = 40, y = 1',
		note: 'Sure and right, and the naive way has no answer at all: 0 times the logarithm of 0 is no number, and it spreads to every weight.',
		state: { ...base, z: 40 },
	},
	{
		name: 'z = 17 in float32',
		note: 'In half the bits it happens at a logit that any trained network reaches.',
		state: { ...base, z: 17, y: 0, f: 'float32' },
	},
	{
		name: 'A soft label, met',
		note: 'The label says 30 %, the neuron as well. The slope is 0 and the loss is not: it is the entropy of the label.',
		state: { ...base, z: -0.8473, y: 0.3 },
	},
	{
		name: 'A rare class, weighted',
		note: 'A missed positive counts tenfold: ten times the loss, ten times the slope. The price is a p that is no longer a probability.',
		state: { ...base, z: -3, w: 10 },
	},
];
