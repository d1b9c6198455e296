import type { BinaryLossView, Unit } from '../../../core/load';
import { mathCost, mathNumber, mathText } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const sigmoid = tex`\link{q}{p} = \sigma(z) = \frac{1}{1 + e^{-z}} = \slot{sigmoid} = \link{q}{\slot{p}}`;

/** The loss and its slope: the usual ones, and with a weight of the positive label. */
export const plain = {
	loss: tex`\link{loss}{L} = -y\,\slot{log}\,p - (1 - y)\,\slot{log}(1 - p) = \slot{costs} = \link{loss}{\slot{loss}}\ \slot{unit}`,
	slope: tex`\frac{\partial L}{\partial z} = p - y = \slot{sub} = \link{slope}{\slot{slope}}`,
};

export const weighted = {
	loss: tex`\link{loss}{L} = -w\,y\,\slot{log}\,p - (1 - y)\,\slot{log}(1 - p) = \slot{costs} = \link{loss}{\slot{loss}}\ \slot{unit}`,
	slope: tex`\frac{\partial L}{\partial z} = (1 - y)\,p - w\,y\,(1 - p) = \slot{sub} = \link{slope}{\slot{slope}}`,
};

/** The slots of the lines: printed inputs with which a calculator gets the printed results. */
export function slots({ text, formula: f }: BinaryLossView, w: number, unit: Unit): Record<string, MathML> {
	const minus = '<mo>−</mo>';
	const exponent = mathNumber(
		f.logit.startsWith('-') ? f.logit.slice(1) : f.logit === '0' ? '0' : `-${f.logit}`,
	);
	const some = f.terms.filter((term) => !term.zero);
	const costs = some.map(({ weight, prob }) =>
		some.length === 1 && weight === '1'
			? mathCost(f.log, prob, false)
			: `${mathNumber(weight)}<mo>·</mo>${mathCost(f.log, prob)}`,
	);
	const side = (weight: string, prob: string) =>
		weight === '1' ? mathNumber(prob) : `${mathNumber(weight)}<mo>·</mo>${mathNumber(prob)}`;
	const [yes, no] = [side(f.weight, f.q), side(f.rest, f.p)];
	const both =
		f.rest === '0' ? `<mo form="prefix">−</mo>${yes}` : f.weight === '0' ? no : `${no}${minus}${yes}`;
	return {
		sigmoid: `<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo><msup><mi>e</mi>${exponent}</msup></mrow></mfrac>`,
		p: mathNumber(text.prob),
		log: f.log === 'log2' ? '<msub><mi>log</mi><mn>2</mn></msub>' : '<mi>ln</mi>',
		costs: `<mrow>${costs.join('<mo>+</mo>') || '<mn>0</mn>'}</mrow>`,
		loss: mathNumber(text.loss),
		unit: mathText(unit),
		sub: `<mrow>${w === 1 && !f.complement ? `${mathNumber(f.p)}${minus}${mathNumber(f.label)}` : both}</mrow>`,
		slope: mathNumber(text.slope),
	};
}
