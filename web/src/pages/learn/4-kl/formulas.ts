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

/** The substituted sum of the divergence, a piece for each class that p holds, to be set in a line that may break. */
export function terms(view: KLView): { index: number; math: MathML }[] {
	const log = mathLog(view.text.log);
	return view.code.p.flatMap((p, index) => {
		if (p === '0') return [];
		const fraction = `<mfrac>${mathNumber(p)}${mathNumber(view.code.q[index]!)}</mfrac>`;
		return [{ index, math: `<math>${mathNumber(p)}<mo>·</mo>${log}${fraction}</math>` }];
	});
}
