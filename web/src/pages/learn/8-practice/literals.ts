import type { LossMapView, StabilityView } from '../../../core/load';

/** A printed number in the words of a language: infinity, and what is no number. */
function said(text: string, infinity: string, none: string): string {
	return text === '∞' ? infinity : text === 'no number' ? none : text;
}

/** What stands in the slots of E9's code. */
export function stabilityLiterals({ code }: StabilityView): Record<string, string> {
	return {
		true: code.true,
		rival: code.rival,
		naive: said(code.naive, 'infinite', 'no number'),
		stable: code.stable,
		json_naive: said(code.naive, '"Infinity"', '"no number"'),
	};
}

/** What stands in the slots of E8's code. */
export function logLiterals({ code, text }: LossMapView): Record<string, string> {
	return {
		classes: text.classes,
		loss: said(code.loss, '1e308', '0'),
		accuracy: code.accuracy,
		floor: code.floor,
		double: code.double,
		lower: code.lower,
		fano: code.fano,
		json_loss: said(code.loss, '"Infinity"', '0'),
	};
}
