import type { MaxEntropyView } from '../../../core/load';
import { mathLog, mathNumber, mathSum, mathText } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const softmax = tex`
	\link{p}{p(x)} = \frac{e^{\lambda x}}{\sum_{y} e^{\lambda y}} = \frac{r^x}{\sum_{y} r^y}
	\qquad r = e^{\lambda} = e^{1/T}
`;

export const last = tex`\link{p}{p(6)} = \frac{\slot{ratio}^6}{\slot{powers}} = \slot{last}`;

export const mean = tex`\sum_x x\,\link{p}{p(x)} = \terms{terms} = \link{mean}{\slot{mean}}`;

export const entropy = tex`
	\link{entropy}{H(p)} = \slot{log} \sum_y r^y - \link{mean}{m}\,\slot{log}\, r
	= \slot{log}\,\slot{sum} - \slot{mean}\cdot\slot{log}\,\slot{ratio}
	= \link{entropy}{\slot{entropy}}\ \slot{unit}
`;

/** The values of the formulas' slots. */
export function slots(view: MaxEntropyView, unit: string): Record<string, MathML> {
	const { formula } = view;
	const ratio = mathNumber(formula.ratio);
	const join = (parts: MathML[]) => `<mrow>${parts.join('<mo>+</mo>')}</mrow>`;
	return {
		ratio: `<mrow>${ratio}</mrow>`,
		powers: join(formula.probs.map((_, i) => `<msup><mrow>${ratio}</mrow><mn>${i + 1}</mn></msup>`)),
		last: mathNumber(formula.last),
		terms: mathSum(formula.probs.map((p, i) => `<mn>${i + 1}</mn><mo>·</mo>${mathNumber(p)}`)),
		mean: mathNumber(formula.mean),
		sum: mathNumber(formula.sum),
		log: mathLog(formula.log),
		entropy: mathNumber(formula.entropy),
		unit: mathText(unit),
	};
}
