import type { Unit } from '../../../core/load';
import table from '../../../data/fashion-temperature.json';
import type { Preset } from '../../../lib/Presets.svelte';
import { list, number, type Schema } from '../../../lib/share/codec';

/** The state of the explorer of calibration: a temperature of the table. */
export interface State {
	t: number;
}

const [coldest, warmest] = [table.temperatures[0]!, table.temperatures.at(-1)!];
export const range = { min: coldest, max: warmest, step: 0.1 };

export const schema: Schema<State> = { t: number(1, coldest, warmest) };

/** The step of the table next to a temperature. */
export function nearest(t: number): number {
	return table.temperatures.reduce((best, at) => (Math.abs(at - t) < Math.abs(best - t) ? at : best));
}

/** What the core's calibration says at a temperature; see calib/fashion_test.go, which makes the table. */
export function at(t: number, unit: Unit) {
	const i = table.temperatures.indexOf(nearest(t));
	return {
		loss: table.loss[unit][i]!,
		confidence: table.confidence[i]!,
		ece: table.ece[i]!,
		chance: table.null[i]!,
		bins: table.bins[i]!.map(([rows, confidence, accuracy, low, high]) => ({
			rows: rows!,
			confidence: confidence!,
			accuracy: accuracy!,
			low: low!,
			high: high!,
		})),
	};
}

export const presets: readonly Preset<State>[] = [
	{
		name: 'As it was trained',
		note: 'Most points lie a little below the diagonal: the network is somewhat surer than it is right.',
		state: { t: 1 },
	},
	{
		name: 'Fitted',
		note: 'One number, fitted on other rows, and the points are as near to the diagonal as chance lets them be. No prediction has changed.',
		state: { t: 1.1 },
	},
	{
		name: 'Too cold',
		note: 'Half the temperature doubles every logit. The same predictions, and a confidence that they do not earn.',
		state: { t: 0.5 },
	},
	{
		name: 'Too warm',
		note: 'Now the network is too modest: right far more often than it says. The loss pays for that as well.',
		state: { t: 2.5 },
	},
];

/** The state of the sentence: what the model gave each token that came. */
export interface Sentence {
	q: number[];
}

export const tokens = ['The', 'cat', 'sat', 'on', 'the', 'sofa'] as const;

export const sentence: Schema<Sentence> = {
	q: list(number(0.5, 0.001, 1), [0.2, 0.05, 0.4, 0.8, 0.7, 0.02], tokens.length, tokens.length),
};

/** The state of the autoencoder. */
export interface Latent {
	x: number;
	s: number;
	m: number;
	sd: number;
}

export const latent: Schema<Latent> = {
	x: number(2, -5, 5),
	s: number(0.7, 0.1, 3),
	m: number(0.4, -5, 5),
	sd: number(1, 0.05, 3),
};

export const classes = [
	'T-shirt', 'trousers', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'boot',
] as const; // prettier-ignore
