import type { CompareLossesView, Coordinate, Unit } from '../../../core/load';
import { mathCost, mathNumber, mathText } from '../../../lib/format';
import { tex, type MathML } from '../../../lib/tex';

/** The live lines, by what the slopes are taken along. */
export const lines = {
	crossEntropy: tex`\link{ce}{L_{\text{ce}}} = -y \ln p - (1 - y) \ln(1 - p) = \slot{costs} = \link{ce}{\slot{ce}}\ \slot{unit}`,
	squaredError: tex`\link{se}{L_{\text{se}}} = (p - y)^2 = \slot{square} = \link{se}{\slot{se}}`,
	z: {
		ce: tex`\frac{\partial \link{ce}{L_{\text{ce}}}}{\partial z} = p - y = \slot{ceSub} = \link{ce}{\slot{ceSlope}}`,
		se: tex`\frac{\partial \link{se}{L_{\text{se}}}}{\partial z} = 2\,(p - y)\,p\,(1 - p) = \slot{seSub} = \link{se}{\slot{seSlope}}`,
	},
	p: {
		ce: tex`\frac{\partial \link{ce}{L_{\text{ce}}}}{\partial p} = \frac{p - y}{p\,(1 - p)} = \slot{ceSub} = \link{ce}{\slot{ceSlope}}`,
		se: tex`\frac{\partial \link{se}{L_{\text{se}}}}{\partial p} = 2\,(p - y) = \slot{seSub} = \link{se}{\slot{seSlope}}`,
	},
	ratio: tex`\frac{\text{slope of } \link{ce}{L_{\text{ce}}}}{\text{slope of } \link{se}{L_{\text{se}}}} = \frac{1}{2\,p\,(1 - p)} = \slot{ratioSub} = \slot{ratio}`,
};

const times = (...factors: MathML[]) => `<mrow>${factors.join('<mo>·</mo>')}</mrow>`;
const fraction = (top: MathML, bottom: MathML) => `<mfrac>${top}${bottom}</mfrac>`;
const within = (number: MathML, text: string) =>
	/^-|e| - /.test(text) && !text.includes(' - ') ? `<mrow><mo>(</mo>${number}<mo>)</mo></mrow>` : number;

/** The slots of the lines: printed inputs with which a calculator gets the printed results. */
export function slots(
	view: CompareLossesView,
	y: number,
	along: Coordinate,
	unit: Unit,
): Record<string, MathML> {
	const { formula: f, crossEntropy: ce, squaredError: se } = view;
	const [p, q, off, label] = [f.p, f.q, f.off, String(y)].map(mathNumber) as [MathML, MathML, MathML, MathML];
	const [P, Q, Off] = [within(p, f.p), within(q, f.q), within(off, f.off)];
	const costs = f.terms
		.filter((term) => !term.zero)
		.map(({ weight, prob }, _, all) =>
			all.length === 1
				? mathCost(f.log, prob, false)
				: `${mathNumber(weight)}<mo>·</mo>${mathCost(f.log, prob)}`,
		);
	const two = '<mn>2</mn>';
	const one = '<mn>1</mn>';
	/** A label of 0 or 1 cancels a factor of the slope along p. */
	const alongP =
		y === 1
			? `<mo form="prefix">−</mo>${fraction(one, p)}`
			: fraction(y === 0 ? one : off, y === 0 ? q : times(P, Q));
	const alongZ = f.complement ? `<mo form="prefix">−</mo>${Q}` : f.met ? off : `${p}<mo>−</mo>${label}`;
	return {
		costs: `<mrow>${costs.join('<mo>+</mo>')}</mrow>`,
		ce: mathNumber(ce.text.loss),
		unit: mathText(unit),
		square: `<msup><mrow><mo>(</mo>${off}<mo>)</mo></mrow><mn>2</mn></msup>`,
		se: mathNumber(se.text.loss),
		ceSub: `<mrow>${along === 'p' ? alongP : alongZ}</mrow>`,
		seSub: along === 'p' ? times(two, Off) : times(two, Off, P, Q),
		ceSlope: mathNumber(along === 'p' ? ce.text.slopeP : ce.text.slopeZ),
		seSlope: mathNumber(along === 'p' ? se.text.slopeP : se.text.slopeZ),
		ratioSub: fraction('<mn>1</mn>', times(two, P, Q)),
		ratio: mathNumber(view.text.ratio),
	};
}
