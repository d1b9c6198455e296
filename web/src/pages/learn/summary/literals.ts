import type { MaxEntropyView, Unit } from '../../../core/load';

/** The numbers of the moment as literals of each language. */
export function literals(view: MaxEntropyView, unit: Unit): Record<string, string> {
	const { code } = view;
	return {
		mean: code.mean,
		probs: code.probs.join(', '),
		goProbs: code.probs.join(' '),
		lambda: code.multiplier,
		entropy: code.entropy,
		unit,
		goUnit: unit === 'bits' ? '.Bits()' : '',
		numpyLog: unit === 'bits' ? 'log2' : 'log',
		torchUnit: unit === 'bits' ? 'math.log(2)' : '1.0',
	};
}
