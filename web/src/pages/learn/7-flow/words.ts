import type { Lab } from '../../../core/load';
import { mathNumber, typeset } from '../../../lib/format';
import { tex } from '../../../lib/tex';
import { edgeOf, first, netOf, presets, type State } from './state';

// What the words of the page need of the core, and its worked steps. It is used where the page stands still only, so
// that no script carries it.

/** The norms of the gradient at the first layer and the last, as printed. */
interface Ends {
	readonly first: string;
	readonly last: string;
}

const ends = (texts: readonly string[]): Ends => ({
	first: typeset(texts[0]!),
	last: typeset(texts.at(-1)!),
});

/** The figures of the words: how both losses begin in the network of the page, and how where it is saturated. */
export function figures(lab: Lab) {
	const seen = (state: State) =>
		lab.flow({ net: netOf(state), race: true, steps: 0, edge: edgeOf(state), unit: 'nats' }).runs;
	const [entropy, squared] = seen(first);
	const [stuckSquared, stuckEntropy] = seen({
		...first,
		...presets.find((p) => p.name === 'Saturated start')!.state,
	});
	return {
		ce: { ...ends(entropy!.layers.text.grad), slope: typeset(entropy!.text.slope) },
		se: { ...ends(squared!.layers.text.grad), slope: typeset(squared!.text.slope) },
		stuckSe: ends(stuckSquared!.layers.text.grad),
		stuckCe: ends(stuckEntropy!.layers.text.grad),
	};
}

export const derivation = [
	{
		text: 'Begin at the last weight. It multiplies the last hidden unit, so its gradient is that unit’s value times the error signal of the output.',
		math: tex`\frac{\partial L}{\partial w_{\text{out}}} = a_n\,\delta_{\text{out}}`,
	},
	{
		text: 'One layer back the signal has passed a weight and a slope. That is all that happens between two layers.',
		math: tex`\delta_n = f'(z_n)\,w_{\text{out}}\,\delta_{\text{out}}`,
	},
	{
		text: 'Repeat it down to the first layer: every layer on the way puts in one slope and one weight.',
		math: tex`\frac{\partial L}{\partial w_1} = x\cdot f'(z_1)\,w_2\cdot f'(z_2)\,w_3\cdots f'(z_n)\,w_{\text{out}}\cdot\delta_{\text{out}}`,
	},
	{
		text: 'The loss stands in one place only, at the end. Squared error adds the slope of the output to it, cross-entropy does not.',
		math: tex`\delta_{\text{out}} = p - y \qquad\text{or}\qquad \delta_{\text{out}} = 2\,(p - y)\cdot p\,(1 - p)`,
	},
];

/** Four small factors by hand. */
export function exercise(lab: Lab) {
	const [quarter, four, slope] = lab
		.format({ values: [0.25, 0.25 * 0.25 * 0.25 * 0.25, 0.25 * 0.75], style: 'significant', digits: 4 })
		.texts.map(mathNumber);
	return [
		{
			text: 'The slope of a sigmoid is σ(z)·(1 − σ(z)). It is largest in the middle, where σ = ½.',
			math: tex`f'(z) = \tfrac12\cdot\tfrac12 = \slot{quarter}`,
			values: { quarter: quarter! },
		},
		{
			task: 'What is the most that four such slopes leave of a signal, if the weights are 1?',
			text: 'Four factors of ¼.',
			math: tex`\tfrac14\cdot\tfrac14\cdot\tfrac14\cdot\tfrac14 = \slot{four}`,
			values: { four: four! },
		},
		{
			task: 'A unit of tanh stands at tanh z = ½. What is its slope?',
			text: 'The slope of tanh is 1 − tanh² z: near 1 in the middle, three times that of the steepest sigmoid even here.',
			math: tex`1 - \tfrac12\cdot\tfrac12 = \tfrac34`,
		},
		{
			task: 'An output says p = ¼ where the truth is 0. What does each loss send back?',
			text: 'Cross-entropy sends p − y, squared error that times 2·p·(1 − p): less than half of it here, and next to nothing where the output is sure.',
			math: tex`\tfrac14 - 0 = \slot{quarter} \qquad 2\cdot\slot{quarter}\cdot\slot{slope} = \tfrac{3}{32}`,
			values: { quarter: quarter!, slope: slope! },
		},
	];
}
