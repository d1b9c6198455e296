import type { LikelihoodView } from '../../../core/load';
import { mathLog, mathNumber, mathSum, mathText } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const likelihood = tex`\link{product}{L(q)} = \prod_{i=1}^{N} \link{q}{q(y_i)}`;

export const sum = tex`\link{sum}{\slot{log}\, L(q)} = \terms{terms} = \link{sum}{\slot{total}}\ \slot{unit}`;

export const mean = tex`
	-\frac1N\,\slot{log}\, L(q) = -\frac{\slot{total}}{\slot{rolls}} = \link{cross}{\slot{cross}}
`;

export const cross = tex`\link{cross}{H(\hat p, q)} = -(\terms{shares}) = \link{cross}{\slot{cross}}\ \slot{unit}`;

/** The values of the formulas' slots. */
export function slots(view: LikelihoodView, unit: string): Record<string, MathML> {
	const { terms, log, rolls, logLikelihood, crossEntropy } = view.formula;
	const factor = (prob: string) => `${mathLog(log)}<mspace width="0.17em"/>${mathNumber(prob)}`;
	const row = (weight: (count: string) => MathML) =>
		mathSum(terms.map((t) => `${weight(t.count)}<mo>·</mo>${factor(t.prob)}`));
	const total = mathNumber(logLikelihood);
	return {
		log: mathLog(log),
		terms: row((count) => `<mn>${count}</mn>`),
		shares: row((count) => `<mfrac><mn>${count}</mn><mn>${rolls}</mn></mfrac>`),
		total: logLikelihood.startsWith('-') ? `<mrow>${total}</mrow>` : total,
		rolls: `<mn>${rolls}</mn>`,
		cross: mathNumber(crossEntropy),
		unit: mathText(unit),
	};
}
