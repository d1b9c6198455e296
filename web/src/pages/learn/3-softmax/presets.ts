import type { Answer } from '../../../lib/PredictFirst.svelte';
import type { Preset } from '../../../lib/Presets.svelte';
import { schema, type E3State } from './e3.svelte';

const z = schema.z.initial;
const plain = { z, y: 1, c: 0, trick: true };

export const presets: readonly Preset<E3State>[] = [
	{
		name: 'T = 1',
		note: 'The model as it was trained. What it says about the first token is what the loss taught it to say.',
		state: { ...plain, T: 1 },
	},
	{
		name: 'Cold',
		note: 'Nearly everything on the largest logit. The truth is another token, so the loss and its slope are huge.',
		state: { ...plain, T: 0.1 },
	},
	{
		name: 'Hot',
		note: 'Nearly an equal choice: the entropy meets its ceiling, and hardly any slope is left to learn from.',
		state: { ...plain, T: 30 },
	},
	{
		name: 'A tie',
		note: 'Two largest logits. However cold it gets, they share evenly: T → 0 means “one of the best”, not “one”.',
		state: { ...plain, z: [3, 3, 2, 0], T: 0.05 },
	},
	{
		name: 'A banned token',
		note: 'A logit of −∞ is a probability of exactly 0 at every temperature. Heat never brings it back.',
		state: { ...plain, z: [4, -Infinity, 2.5, 1.5, 0.5], y: 0, T: 5 },
	},
	{
		name: 'Logits of 10 000',
		note: 'Only the gaps count, so nothing overflows; the least probability is a number below every float64.',
		state: { ...plain, z: [10000, 9999.9, 9000, 0], T: 0.05 },
	},
];

/** What doubling the temperature does to the odds of the first two tokens; before and after are those odds. */
export function prediction(before: string, after: string): readonly Answer[] {
	const went = `The odds of mat against sofa go from ${before} to ${after}`;
	return [
		{
			text: 'Every probability is halved.',
			reply: `They would no longer sum to 1. ${went}: the shares are taken anew.`,
		},
		{
			text: 'Unlikely tokens overtake likely ones.',
			reply: `The order never changes: dividing by T keeps the largest logit the largest. ${went}, which is still above 1.`,
		},
		{
			text: 'The order stays, and all odds become their square roots.',
			reply: `${went}, the square root. The odds of two tokens are e to the gap of their logits, divided by T.`,
			right: true,
		},
	];
}
