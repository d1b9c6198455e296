import type { SoftmaxView } from '../../../core/load';
import { mathCost, mathLog, mathNumber, mathText } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

export const softmax = tex`p_i = \frac{e^{z_i/T}}{\sum_j e^{z_j/T}}`;

export const prob = tex`
	\link{p}{p(\slot{name})} = \frac{e^{(\link{z}{z} - \max \link{z}{z})/T}}{\sum e^{(\link{z}{z} - \max \link{z}{z})/T}} = \frac{\slot{top}}{\slot{bottom}} = \link{p}{\slot{p}}
`;

export const gradient = tex`
	\link{gradient}{\frac{\partial L}{\partial z(\slot{name})}} = \frac{\link{p}{p} - 1}{T} = \frac{\slot{p} - 1}{\slot{T}} = \link{gradient}{\slot{gradient}}
`;

export const loss = tex`
	\link{loss}{L} = -\slot{log}\, \link{p}{p(\slot{name})} = \slot{cost} = \link{loss}{\slot{loss}}\ \slot{unit}
`;

export const balance = tex`\sum_i \link{gradient}{\frac{\partial L}{\partial z_i}} = \terms{slopes}`;

/** The values of the live formulas' slots. */
export function slots(view: SoftmaxView, label: number, name: string, unit: string): Record<string, MathML> {
	const { formula } = view;
	const T = mathNumber(formula.temperature);
	const power = (gap: string) => `<msup><mi>e</mi><mrow>${mathNumber(gap)}<mo>/</mo>${T}</mrow></msup>`;
	const present = formula.gaps.filter((gap) => gap !== '-∞');
	const [first = '', ...rest] = formula.slopes;
	const sum = rest.map((s) =>
		s.startsWith('-') ? `<mo>−</mo>${mathNumber(s.slice(1))}` : `<mo>+</mo>${mathNumber(s)}`,
	);
	const equals = formula.balanced ? '=' : '≈';
	return {
		name: mathText(name),
		top: power(formula.gaps[label]!),
		bottom: `<mrow>${present.map(power).join('<mo>+</mo>')}</mrow>`,
		p: mathNumber(formula.prob),
		T,
		gradient: mathNumber(formula.gradient),
		log: mathLog(formula.log),
		cost: mathCost(formula.log, formula.prob, false),
		loss: mathNumber(view.text.loss),
		unit: mathText(unit),
		slopes: `${mathNumber(first)}${sum.join('')}<mo>${equals}</mo><mn>0</mn>`,
	};
}

export const steps = {
	chain: tex`\frac{\partial L}{\partial z_j} = \sum_i \frac{\partial L}{\partial p_i}\,\frac{\partial p_i}{\partial z_j}`,
	outer: tex`\frac{\partial L}{\partial p_i} = -\frac{y_i}{p_i}`,
	quotient: tex`\frac{\partial p_i}{\partial z_j} = \frac{1}{T}\,p_i\,(\delta_{ij} - p_j)`,
	insert: tex`\frac{\partial L}{\partial z_j} = -\frac{1}{T}\sum_i y_i\,(\delta_{ij} - p_j)`,
	result: tex`\frac{\partial L}{\partial z_j} = \frac{p_j - y_j}{T}`,
	sum: tex`\sum_j \frac{\partial L}{\partial z_j} = \frac{1 - 1}{T} = 0`,
};

export const temperature = {
	odds: tex`\frac{p_i}{p_j} = e^{(z_i - z_j)/T}`,
	shift: tex`\frac{e^{(z_i + c)/T}}{\sum_j e^{(z_j + c)/T}} = \frac{e^{c/T}\,e^{z_i/T}}{e^{c/T}\,\sum_j e^{z_j/T}} = p_i`,
	distil: tex`T^2\,\frac{\partial}{\partial s_i} H(p, q) = T\,(q_i - p_i) \;\longrightarrow\; \frac{(s_i - \operatorname{mean} s) - (t_i - \operatorname{mean} t)}{K} \qquad (T \to \infty)`,
};

export const jacobian = tex`\frac{\partial p}{\partial z} = \frac{\operatorname{diag}(p) - p\,p^{\mathsf T}}{T}`;
export const slope = tex`inline:(p_i - y_i)/T`;
