import type { Lab } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import type { Answer } from '../../../lib/PredictFirst.svelte';
import type { Preset } from '../../../lib/Presets.svelte';
import { integer, list, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E5. A coin is a die of two faces. */
export interface State {
	/** What is rolled. */
	p: number[];
	/** What the model believes. */
	q: number[];
	/** How many rolls. */
	n: number;
	/** Which dataset. */
	seed: number;
	/** The face whose probability is θ. */
	face: number;
}

/** How far the slider reaches; the box reaches further. */
export const usualRolls = 2000;
export const usualSeeds = 99;

const bar = number(0, 0, 1);

export const schema: Schema<State> = {
	p: list(bar, [0.7, 0.3], 2, 6),
	q: list(bar, [0.5, 0.5], 2, 6),
	n: integer(20, 1, limits.maxRolls),
	seed: integer(1, 0, 1e6),
	face: integer(0, 0, 5),
};

export type Kind = 'coin' | 'die';

export const fair: Readonly<Record<Kind, number[]>> = {
	coin: [0.5, 0.5],
	die: [0.1667, 0.1667, 0.1667, 0.1667, 0.1666, 0.1666],
};

export const kindOf = (state: State): Kind => (state.p.length === 2 ? 'coin' : 'die');

export const namesOf = (kind: Kind) => (kind === 'coin' ? ['heads', 'tails'] : [...'123456']);

/** Makes a state from a link whole: a coin or a die, each side a distribution. Says what it changed. */
export function repair(lab: Lab, state: State): string[] {
	const notices: string[] = [];
	const faces = state.p.length === 2 ? 2 : 6;
	for (const which of ['p', 'q'] as const) {
		if (state[which].length !== faces) {
			notices.push(
				`e5.${which} has ${state[which].length} values and became a fair ${faces === 2 ? 'coin' : 'die'}`,
			);
			state[which] = [...fair[faces === 2 ? 'coin' : 'die']];
			continue;
		}
		const some = state[which].some((x) => x > 0);
		const { values, changed } = lab.normalise({ values: some ? state[which] : state[which].map(() => 1) });
		if (changed || !some) notices.push(`e5.${which} did not sum to 1 and was scaled`);
		state[which] = [...values];
	}
	if (state.face >= faces) {
		state.face = 0;
		notices.push('e5.face is no face and became 0');
	}
	return notices;
}

const coin = { p: [0.5, 0.5], q: [0.5, 0.5], face: 0 };
const loaded = [0.1, 0.1, 0.1, 0.1, 0.1, 0.5];

export const presets: readonly Preset<State>[] = [
	{
		name: 'Three tosses, all heads',
		note: 'The likeliest coin for three heads has no tails at all. Maximum likelihood believes its data, however few they are.',
		state: { p: [0.7, 0.3], q: [0.9, 0.1], n: 3, seed: 8, face: 0 },
	},
	{
		name: '200 tosses',
		note: 'Ten times the data: the peak of the likelihood is narrower, and nearer to what is rolled.',
		state: { p: [0.7, 0.3], q: [0.65, 0.35], n: 200, seed: 1, face: 0 },
	},
	{
		name: '1,074 tosses',
		note: 'The product is the least number above zero that a float64 has. One more toss and it is gone.',
		state: { ...coin, n: 1074, seed: 1 },
	},
	{
		name: '1,075 tosses',
		note: 'The product of 1,075 halves is 0, and it would be 0 for every other model. The sum of logarithms is as good as ever.',
		state: { ...coin, n: 1075, seed: 1 },
	},
	{
		name: 'An excluded face',
		note: 'The model excludes tails and tails comes. Now the likelihood is 0 in earnest, and the cross-entropy infinite.',
		state: { ...coin, q: [1, 0], n: 20, seed: 1 },
	},
	{
		name: 'A loaded die',
		note: 'Six probabilities, and θ is one of them: the others keep their proportions. Choose another face and find its optimum too.',
		state: { p: loaded, q: fair.die, n: 600, seed: 5, face: 5 },
	},
];

/** What 1,100 halves multiply to on paper and in the machine; both figures are the core's. */
export function prediction(likelihood: string, product: string): readonly Answer[] {
	return [
		{
			text: 'A tiny number with a large negative power of ten',
			reply: `That would be right on paper: ${likelihood}. A float64 has nothing between 0 and about 4.94×10⁻³²⁴, so the machine prints ${product}.`,
		},
		{
			text: 'Exactly 0',
			right: true,
			reply: `On paper it is ${likelihood}, below the least number that a float64 has. The machine prints ${product}, for this model and for every other: nothing is left to compare.`,
		},
		{
			text: 'An error, or “not a number”',
			reply: `Nothing is said at all. The product slides through ever coarser numbers and becomes ${product}. Only its logarithm would complain.`,
		},
	];
}
