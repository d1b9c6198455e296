import { limits } from '../../../core/limits.gen';
import type { Answer } from '../../../lib/PredictFirst.svelte';
import type { Preset } from '../../../lib/Presets.svelte';
import { integer, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E10. */
export interface State {
	/** The mean of the die. */
	mean: number;
	/** How far the rival is bent away from the die, and at which face, counted from 0. */
	bend: number;
	face: number;
}

export const schema: Schema<State> = {
	mean: number(4.5, limits.minMean, limits.maxMean),
	bend: number(0, -1, 1),
	face: integer(2, 1, limits.dieFaces - 2),
};

export const faces = ['1', '2', '3', '4', '5', '6'] as const;

export const presets: readonly Preset<State>[] = [
	{
		name: 'A fair die',
		note: 'The mean is that of six equal faces, so the constraint asks for nothing: the multiplier is 0, the temperature infinite.',
		state: { mean: 3.5, bend: 0 },
	},
	{
		name: 'Jaynes’ die',
		note: 'The example of Jaynes: a mean of 4.5 and nothing else. Each face is the same factor more probable than the one before.',
		state: { mean: 4.5, bend: 0 },
	},
	{
		name: 'A low mean',
		note: 'Below the middle the factor is less than 1 and the temperature negative: now it is the small faces that are favoured.',
		state: { mean: 2, bend: 0 },
	},
	{
		name: 'Nearly always a six',
		note: 'A mean close to 6 leaves little to chance. The temperature is low and the softmax nearly an argmax.',
		state: { mean: 5.9, bend: 0 },
	},
	{
		name: 'A rival with the same mean',
		note: 'The third face has given all it has to its neighbours. The mean has not moved; the entropy has fallen.',
		state: { mean: 4.5, bend: 1, face: 2 },
	},
];

/** What to believe of a die with mean 4.5; the entropies are the core's. */
export function prediction(half: string, line: string, best: string, unit: string): readonly Answer[] {
	return [
		{
			text: 'Half the rolls are fours and half are fives',
			reply: `The mean is right, but it claims that four faces never come, of which nobody has said a word. Its entropy is ${half} ${unit}, where ${best} is possible.`,
		},
		{
			text: 'The probabilities rise along a straight line, from 1 to 6',
			reply: `Close: its entropy is ${line} ${unit}, and the greatest is ${best}. Still it assumes a little more than was said, and for a higher mean the line would go below zero.`,
		},
		{
			text: 'Each face is the same factor more probable than the one before',
			right: true,
			reply: `Of all dice with that mean this one has the greatest entropy, ${best} ${unit}. It is a softmax: the faces are the logits.`,
		},
	];
}
