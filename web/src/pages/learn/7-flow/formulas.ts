import type { FlowChain } from '../../../core/load';
import { mathNumber } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const product = tex`
	\frac{\partial L}{\partial w} = \link{a}{a}\cdot\link{delta}{\delta} = \slot{a}\cdot\slot{delta} = \slot{result}
`;

export const signal = tex`
	\link{delta}{\delta} = f'(z)\cdot\sum_k \link{w}{w_k}\,\delta_k = \slot{slope}\cdot\slot{back} = \slot{result}
`;

export const entropyError = tex`\link{delta}{\delta} = \frac{\partial L}{\partial z} = p - y = \slot{result}`;

export const squaredError = tex`
	\link{delta}{\delta} = \frac{\partial L}{\partial z} = \slot{scale}\,(p - y)\cdot p\,(1 - p)
		= \slot{scale}\cdot\slot{miss}\cdot\slot{prob}\cdot\slot{rest} = \slot{result}
`;

/** One term of the sum over the units that a unit feeds. */
export const term = tex`inline: \slot{w}\cdot\slot{delta}`;

/** A factor: a negative number in parentheses. */
function factor(text: string): MathML {
	const number = mathNumber(text);
	return text.startsWith('-') ? `<mrow><mo>(</mo>${number}<mo>)</mo></mrow>` : number;
}

/** The slots of the lines above, by line. */
export function slots({ product, signal, error, sum }: FlowChain) {
	return {
		product: { a: factor(product.a), delta: factor(product.b), result: mathNumber(product.result) },
		signal: { slope: factor(signal.a), back: factor(signal.b), result: mathNumber(signal.result) },
		error: {
			scale: mathNumber(error.scale),
			miss: factor(error.miss),
			prob: factor(error.prob),
			rest: factor(error.rest),
			result: mathNumber(error.result),
		},
		terms: sum.weights.map((w, k) => ({ w: factor(w), delta: factor(sum.deltas[k]!) })),
	};
}
