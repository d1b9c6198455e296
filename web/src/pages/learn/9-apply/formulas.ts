import type { ELBOView, PerplexityView } from '../../../core/load';
import { mathLog, mathNumber, mathSum, mathText } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const gap = tex`
	\text{confidence} - \text{accuracy} = \slot{confidence} - \slot{accuracy} = \slot{gap}
`;

export const ece = tex`
	\mathrm{ECE} = \sum_b \frac{n_b}{N}\,\bigl|\mathrm{conf}_b - \mathrm{acc}_b\bigr|
	= \frac{1}{\slot{rows}}\cdot( \terms{terms} ) = \slot{ece}
`;

/** The products of the calibration error: rows of a bin times its printed gap. */
export const products = (rows: readonly number[], gaps: readonly string[]): MathML =>
	mathSum(gaps.map((g, i) => `<mn>${rows[i]}</mn><mo>·</mo>${mathNumber(g)}`));

export const mean = tex`-\frac1N \sum_i \slot{log}\, q(y_i) = \frac{1}{\slot{tokens}}\cdot( \terms{costs} ) = \slot{loss}\ \slot{unit}`;

export const perplexity = tex`
	\mathrm{perplexity} = \Bigl(\prod_i \frac{1}{q(y_i)}\Bigr)^{1/N} = \slot{perplexity}
`;

export function sentenceSlots(view: PerplexityView, unit: string): Record<string, MathML> {
	return {
		log: mathLog(unit === 'bits' ? 'log2' : 'ln'),
		costs: mathSum(view.text.costs.map(mathNumber)),
		tokens: `<mn>${view.text.tokens}</mn>`,
		loss: mathNumber(view.text.loss),
		perplexity: mathNumber(view.text.perplexity),
		unit: mathText(unit),
	};
}

export const kl = tex`D(q\,\|\,N(0,1)) = \frac12\bigl(m^2 + \sigma^2 - 1 - \ln \sigma^2\bigr)\slot{per} = \slot{kl}\ \slot{unit}`;

export const klNumbers = tex`
	\frac12\bigl(\slot{m}^2 + \slot{sd}^2 - 1 - 2 \ln \slot{sd}\bigr)\slot{per} = \slot{kl}\ \slot{unit}
`;

export const evidence = tex`
	\log p(x) = \mathrm{ELBO} + D(q\,\|\,p(z|x)) = \slot{elbo} + \slot{gap} = \slot{evidence}\ \slot{unit}
`;

export const bound = tex`
	\mathrm{ELBO} = E_q[\log p(x|z)] - D(q\,\|\,p(z)) = \slot{rec} - \slot{prior} = \slot{elbo}
`;

export function latentSlots(view: ELBOView, unit: string): Record<string, MathML> {
	return {
		per:
			unit === 'bits'
				? '<mrow><mo>/</mo><mi>ln</mi><mspace width="0.17em"/><mn>2</mn></mrow>'
				: '<mrow></mrow>',
		kl: mathNumber(view.text.klAlone),
		m: `<mrow><mo>(</mo>${mathNumber(view.text.mean)}<mo>)</mo></mrow>`,
		sd: mathNumber(view.text.sd),
		evidence: mathNumber(view.text.evidence),
		elbo: mathNumber(view.text.elbo),
		rec: mathNumber(view.text.reconstruction),
		prior: mathNumber(view.text.kl),
		gap: mathNumber(view.text.gap),
		unit: mathText(unit),
	};
}
