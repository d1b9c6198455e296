import type { BinaryLossView } from '../../../core/load';

/** The numbers of the moment as literals of each language; reading them gives the numbers of the view. */
export function literals({ code, naive }: BinaryLossView, precision: string): Record<string, string> {
	const word = (infinity: string, none: string) =>
		naive.steps.at(-1)!.replace('0·∞', none).replace('∞', infinity);
	return {
		z: code.logit,
		float_z: float(code.logit),
		y: code.target,
		float_y: float(code.target),
		w: code.posWeight,
		float_w: float(code.posWeight),
		nats: code.nats,
		slope: code.slope,
		naive: word('inf', 'nan'),
		naive_json: naive.steps.at(-1)!.replace(/^.*∞$/, (end) => (end === '∞' ? '"Infinity"' : 'null')),
		precision,
	};
}

/** A whole number as a float, so that Python does not compute with integers. */
function float(text: string): string {
	return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
