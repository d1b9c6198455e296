import type { CompareLossesView } from '../../../core/load';

/** The numbers of the moment as literals of each language; reading them gives the numbers of the view. */
export function literals(
	{ code }: CompareLossesView,
	{ y, start, rate, n }: { y: number; start: number; rate: number; n: number },
): Record<string, string> {
	const infinite = (to: string) => (text: string) => text.replace('∞', to);
	const go = code.logit.replace('-∞', 'math.Inf(-1)').replace('∞', 'math.Inf(1)');
	const python = infinite('inf');
	const json = (text: string) => (text.includes('∞') ? `"${infinite('Infinity')(text)}"` : text);
	return {
		go_z: go,
		np_z: code.logit.includes('∞') ? code.logit.replace('∞', 'np.inf') : float(code.logit),
		torch_z: python(code.logit),
		json_z: json(code.logit),
		y: code.target,
		float_y: float(code.target),
		ce: code.crossEntropy.replace('∞', '+Inf'),
		ce_python: python(code.crossEntropy),
		ce_json: json(code.crossEntropy),
		se: code.squaredError,
		slope_ce: code.slopeCE,
		slope_se: code.slopeSE,
		start: String(start),
		rate: String(rate),
		steps: String(n),
		label: String(y),
	};
}

/** A whole number as a float, so that NumPy does not compute with integers. */
function float(text: string): string {
	return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
