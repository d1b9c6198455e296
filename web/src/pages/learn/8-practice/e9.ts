import type { FloatFormat, FloatNumber, FloatState, Program, StabilityView, Unit } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import { mathLog, mathNumber, mathText } from '../../../lib/format';
import type { Answer } from '../../../lib/PredictFirst.svelte';
import type { Preset } from '../../../lib/Presets.svelte';
import { choice, integer, number, type Schema } from '../../../lib/share/codec';
import { tex, type MathML } from '../../../lib/tex';

/** The state of explorer E9. */
export interface E9State {
	/** The logit of the true class, and of the other. */
	z: number;
	r: number;
	format: FloatFormat;
	program: Program;
	/** The step whose bits are shown. */
	step: number;
}

export const formats = ['float16', 'bfloat16', 'float32', 'float64'] as const;

export const schema: Schema<E9State> = {
	z: number(12, -limits.maxLogit, limits.maxLogit),
	r: number(0, -limits.maxLogit, limits.maxLogit),
	format: choice<FloatFormat>('float16', formats),
	program: choice<Program>('naive', ['naive', 'clipped', 'shifted', 'log1p']),
	step: integer(0, 0, 5),
};

/** The programs: what they are called, and what each of their steps computes. */
export const programs: Readonly<
	Record<Program, { readonly name: string; readonly steps: readonly string[] }>
> = {
	naive: {
		name: 'as written',
		steps: ['exp(z)', 'exp(r)', 's = exp(z) + exp(r)', 'p = exp(z) / s', '−ln p'],
	},
	clipped: {
		name: 'clipped',
		steps: ['exp(z)', 'exp(r)', 's = exp(z) + exp(r)', 'p = exp(z) / s', 'c = max(p, 10⁻⁷)', '−ln c'],
	},
	shifted: {
		name: 'largest taken out',
		steps: ['m = max(z, r)', 'a = z − m', 'b = r − m', 's = exp(a) + exp(b)', 'ln s', 'ln s − a'],
	},
	log1p: {
		name: 'log1p',
		steps: ['d = r − z', '−|d|', 'x = exp(−|d|)', 'log1p(x)', 'max(d, 0) + log1p(x)'],
	},
};

/** Mends a step that the program of a link does not have. */
export function repair(state: E9State): string[] {
	const last = programs[state.program].steps.length - 1;
	if (state.step <= last) return [];
	state.step = last;
	return [`e9.step is no step of this program and became ${last}`];
}

export const states: Readonly<Record<FloatState, string>> = {
	normal: 'a normal number',
	subnormal: 'subnormal: below the normal numbers, with fewer digits the smaller it is',
	zero: 'zero: what was there is below the least number',
	infinite: 'infinite: beyond the largest number',
	none: 'no number: ∞/∞, 0/0 or ∞ − ∞',
};

/** What the prediction asks about. */
export const overflow = { z: 12, r: 0, format: 'float16', program: 'naive', step: 0 } as const;

export const presets: readonly Preset<E9State>[] = [
	{
		name: 'float16 overflows',
		note: 'exp(12) is 162,755, and the largest float16 is 65,504. Infinity divided by infinity is no number, and every later step inherits that.',
		state: overflow,
	},
	{
		name: 'The logarithm of zero',
		note: 'exp(−104) is below half of the least float32 and becomes 0. The loss is infinite; the truth is 104.',
		state: { z: -104, r: 0, format: 'float32', program: 'naive', step: 0 },
	},
	{
		name: 'The clip hides it',
		note: 'With the probability clipped the loss is finite, and wrong: 16.1 for every row behind by more than 16. Its slope is 0, so the row is never learnt.',
		state: { z: -40, r: 0, format: 'float32', program: 'clipped', step: 4 },
	},
	{
		name: 'Take the largest out',
		note: 'The same two logits as at first. The largest exponential is now exp(0) = 1; nothing can overflow, whatever the logits.',
		state: { z: 12, r: 0, format: 'float16', program: 'shifted', step: 3 },
	},
	{
		name: 'Lost beside 1',
		note: '1 + exp(−40) is 1, even in float64: sixteen digits are not enough. log1p never forms the sum.',
		state: { z: 40, r: 0, format: 'float64', program: 'shifted', step: 3 },
	},
	{
		name: 'Range without digits',
		note: 'bfloat16 has the exponents of float32 and a fraction of 7 bits: nothing overflows here, but 20 and 20.05 are the same number.',
		state: { z: 20.05, r: 19.9, format: 'bfloat16', program: 'log1p', step: 0 },
	},
	{
		name: 'float64, too',
		note: 'More bits move the cliff, to 709.8, and do not take it away.',
		state: { z: 800, r: 790, format: 'float64', program: 'naive', step: 3 },
	},
];

export const lossFormula = tex`L = -\ln p = \max(r - z, 0) + \ln\bigl(1 + e^{-|r - z|}\bigr)`;
export const numbers = tex`\slot{sum} = \slot{loss}\;\slot{unit}`;
export const value = tex`\slot{bits} = \slot{value}`;

const power = (base: MathML, exponent: string) => `<msup>${base}${mathNumber(exponent)}</msup>`;

/** The loss with its numbers; where one logit is far ahead, ln(1 + x) is x to all digits. */
export function sum(view: StabilityView, unit: Unit): Record<string, MathML> {
	const { ahead, apart, small, loss } = view.text;
	const x = power('<mi>e</mi>', `-${apart}`);
	const inside = small
		? x
		: `${mathNumber(ahead)}<mo>+</mo><mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>${x}<mo>)</mo>`;
	const whole =
		unit === 'bits' ? `<mfrac><mrow>${inside}</mrow><mrow>${mathLog('ln')}<mn>2</mn></mrow></mfrac>` : inside;
	return { sum: `<mrow>${whole}</mrow>`, loss: mathNumber(loss), unit: mathText(unit) };
}

/** A number of the format from its bits. */
export function decoded(n: FloatNumber): Record<string, MathML> {
	const fraction = `<mfrac><mn>${n.numerator}</mn><mn>${n.denominator}</mn></mfrac>`;
	const sign = n.sign === '1' ? '<mo form="prefix">−</mo>' : '';
	const two = power('<mn>2</mn>', String(n.power));
	const parts: Record<FloatState, MathML> = {
		normal: `${sign}${two}<mo>·</mo><mo>(</mo><mn>1</mn><mo>+</mo>${fraction}<mo>)</mo>`,
		subnormal: `${sign}${two}<mo>·</mo>${fraction}`,
		zero: '<mn>0</mn>',
		infinite: mathText('all exponent bits 1, fraction 0'),
		none: mathText('all exponent bits 1, fraction not 0'),
	};
	return {
		bits: `<mrow>${parts[n.state]}</mrow>`,
		value: n.state === 'none' ? mathText('no number') : mathNumber(n.text),
	};
}

export const prediction = (loss: string, unit: string): readonly Answer[] => [
	{
		text: `${loss} ${unit}, as it should be`,
		reply: 'That is the truth. But exp(12) does not fit into a float16, whose largest number is 65,504.',
	},
	{
		text: '0: the loss is too small to see',
		reply: 'It would be, if the program came that far. But exp(12) does not fit into a float16.',
	},
	{
		text: 'No number at all',
		right: true,
		reply:
			'exp(12) is infinite in float16, so is the sum, and ∞/∞ is no number. The prediction was right, nearly certain, and would have cost next to nothing.',
	},
];
