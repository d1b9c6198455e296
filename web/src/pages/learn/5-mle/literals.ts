import type { LikelihoodView, Unit } from '../../../core/load';

/** The numbers of the moment as literals of each language. */
export function literals(
	view: LikelihoodView,
	state: { seed: number; n: number },
	unit: Unit,
): Record<string, string> {
	const { code } = view;
	const bits = unit === 'bits';
	const json = (text: string) => (text.includes('∞') ? `"${text.replace('∞', 'Infinity')}"` : text);
	return {
		counts: code.counts.join(', '),
		model: code.model.join(', '),
		unit,
		goLog: bits ? 'math.Log2' : 'math.Log',
		goUnit: bits ? '.Bits()' : '',
		pythonLog: bits ? 'log2' : 'log',
		torchUnit: bits ? 'math.log(2)' : '1.0',
		product: code.product,
		sum: code.logLikelihood.replace('-∞', '-Inf'),
		cross: code.crossEntropy.replace('∞', '+Inf'),
		sumPython: code.logLikelihood.replace('∞', 'inf'),
		crossPython: code.crossEntropy.replace('∞', 'inf'),
		sumJson: json(code.logLikelihood),
		crossJson: json(code.crossEntropy),
		seed: String(state.seed),
		rolls: String(state.n),
	};
}
