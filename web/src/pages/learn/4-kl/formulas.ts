import type { KLView } from '../../../core/load';
import { mathLog, mathNumber } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const decomposition = tex`
	\link{cross}{H(p, q)} = \link{entropy}{H(p)} + \link{kl}{D(p\,\|\,q)}
`;

export const sum = tex`\slot{cross} = \slot{entropy} + \slot{kl}`;

export const divergence = tex`
	D(p\,\|\,q) = \sum_x \link{p}{p(x)}\,\slot{log}\frac{\link{p}{p(x)}}{\link{q}{q(x)}} = \slot{kl}
`;

/** The values of the formulas' slots. */
export function slots(view: KLView): Record<string, MathML> {
	return {
		cross: mathNumber(view.text.sum.crossEntropy),
		entropy: mathNumber(view.text.sum.entropy),
		kl: mathNumber(view.text.sum.kl),
		log: mathLog(view.text.log),
	};
}

/** One term of the divergence with its numbers; the sum is set in a line of HTML, which may break. */
export const term = tex`inline: \slot{p}\cdot\slot{log}\tfrac{\slot{p}}{\slot{q}}`;

/** The slots of the terms, one for each class that p holds. */
export function terms(view: KLView): { index: number; values: Record<string, MathML> }[] {
	const log = mathLog(view.text.log);
	return view.code.p.flatMap((p, index) =>
		p === '0' ? [] : [{ index, values: { p: mathNumber(p), q: mathNumber(view.code.q[index]!), log } }],
	);
}
