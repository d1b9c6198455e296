import type { DoctorFinding, Fault, LossMapView, ScoreKind, Unit } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import { mathLog, mathNumber, mathText } from '../../../lib/format';
import type { Preset } from '../../../lib/Presets.svelte';
import { choice, flag, integer, list, number, type Field, type Schema } from '../../../lib/share/codec';
import { tex, type MathML } from '../../../lib/tex';

/** The state of explorer E8. */
export interface E8State {
	fault: Fault;
	/** Rows that are made, and of how many classes. */
	n: number;
	k: number;
	/** How far the right class is ahead, and what the logits are multiplied by. */
	skill: number;
	scale: number;
	seed: number;
	/** What the scores are said to be. */
	kind: ScoreKind;
	/** The reader's own rows. */
	scores: number[];
	labels: number[];
	/** Whether a line of a log was typed, and what it says: the loss in nats. */
	typed: boolean;
	loss: number;
	acc: number;
	classes: number;
}

export const faults = [
	'none', 'softmax', 'logsoftmax', 'base2', 'swapped', 'fromone', 'ignored', 'shifted', 'permuted', 'misaligned',
	'shuffled', 'broken', 'clipped', 'constant', 'own',
] as const satisfies readonly Fault[]; // prettier-ignore

/** A score, which may be no number: that is what is looked for. */
const score: Field<number> = {
	...number(0, -Infinity, Infinity),
	write: (value) => (Number.isNaN(value) ? 'nan' : number(0, -Infinity, Infinity).write(value)),
	read: (text) =>
		text === 'nan' ? { value: NaN, clamped: false } : number(0, -Infinity, Infinity).read(text),
};

export const schema: Schema<E8State> = {
	fault: choice<Fault>('softmax', faults),
	n: integer(200, 10, limits.maxBenchRows),
	k: integer(4, limits.minClasses, limits.maxClasses),
	skill: number(5, 0, 20),
	scale: number(1, 0.01, 100),
	seed: integer(1, 0, 1e6),
	kind: choice<ScoreKind>('logits', ['unknown', 'logits', 'probs', 'logprobs']),
	scores: list(score, [], 0, limits.maxOwnScores),
	labels: list(integer(0, -(2 ** 53) + 1, 2 ** 53 - 1), [], 0, limits.maxOwnScores),
	typed: flag(false),
	loss: number(1.49, 0, 1000),
	acc: number(0.97, 0, 1),
	classes: integer(10, 2, 1_000_000),
};

/** Mends a link whose own rows do not fit their labels. */
export function repair(state: E8State): string[] {
	if (state.fault !== 'own') return [];
	const { scores, labels } = state;
	if (labels.length > 0 && scores.length > 0 && scores.length % labels.length === 0) return [];
	Object.assign(state, { fault: 'none', scores: [], labels: [] });
	return ['e8.scores and e8.labels do not fit each other and were left out'];
}

export const kinds = [
	{ value: 'logits', text: 'logits' },
	{ value: 'probs', text: 'probabilities' },
	{ value: 'logprobs', text: 'log-probabilities' },
	{ value: 'unknown', text: 'let the doctor say' },
] as const;

const made = { n: 200, k: 4, skill: 5, scale: 1, kind: 'logits', typed: false } as const;

/** What the prediction asks about. */
export const twice = { ...made, fault: 'softmax' } as const;

export const presets: readonly Preset<E8State>[] = [
	{
		name: 'Softmax twice',
		note: 'The model ends in a softmax, and the loss applies another. Nothing crashes; the loss just never falls below the floor.',
		state: twice,
	},
	{
		name: 'Healthy',
		note: 'Logits of a model that is as sure as it is right. The doctor has nothing to say.',
		state: { ...made, fault: 'none' },
	},
	{
		name: 'Labels from 1',
		note: 'One file counts classes from 0, the other from 1.',
		state: { ...made, fault: 'fromone' },
	},
	{
		name: 'Padding not ignored',
		note: 'Some labels are −100, the mark of what is not to be scored, and nobody said so.',
		state: { ...made, fault: 'ignored' },
	},
	{
		name: 'Off by one',
		note: 'Every label is one too high, the last class became the first. All labels are in range, so nothing complains but the loss.',
		state: { ...made, fault: 'shifted' },
	},
	{
		name: 'Classes reordered',
		note: 'Two tools listed the same classes in another order.',
		state: { ...made, fault: 'permuted' },
	},
	{
		name: 'Rows out of step',
		note: 'Three rows were dropped from one of the files.',
		state: { ...made, fault: 'misaligned' },
	},
	{
		name: 'Shuffled between',
		note: 'Scores and labels come from two passes over a loader that shuffles.',
		state: { ...made, fault: 'shuffled' },
	},
	{
		name: 'No numbers',
		note: 'Some rows are not numbers at all, and the mean inherits it.',
		state: { ...made, fault: 'broken' },
	},
	{
		name: 'Over-confident',
		note: 'The right answers, with four times the logits. Accuracy cannot see it; the loss can.',
		state: { ...made, fault: 'none', scale: 4 },
	},
	{
		name: 'Clipped',
		note: 'Probabilities clipped at 10⁻⁷: losses gather at 16.118 nats, and their slopes are gone.',
		state: { ...made, fault: 'clipped', scale: 8, kind: 'probs' },
	},
	{
		name: 'Dead input',
		note: 'Every row gets the same prediction.',
		state: { ...made, fault: 'constant' },
	},
	{
		name: 'Labels as scores',
		note: 'The two files were given in the wrong order, the labels one-hot.',
		state: { ...made, fault: 'swapped' },
	},
	{
		name: 'Base 2',
		note: 'Log-probabilities to base 2, read as natural logarithms.',
		state: { ...made, fault: 'base2' },
	},
	{
		name: 'Log-probabilities',
		note: 'A log-softmax before the loss looks like the first mistake and is none: it changes nothing the second time.',
		state: { ...made, fault: 'logsoftmax' },
	},
	{
		name: 'From a log',
		note: 'No rows at all: a loss of 1.49 nats at 97 % of ten classes is enough to convict.',
		state: { ...made, fault: 'none', typed: true, loss: 1.49, acc: 0.97, classes: 10 },
	},
];

export const floorFormula = tex`f = \slot{log}\Bigl(1 + \frac{K - 1}{e}\Bigr) = \slot{numbers} = \slot{floor}\;\slot{unit}`;
export const lineFormula = tex`L \approx f + \slot{one} = \slot{numbers} = \slot{double}\;\slot{unit}`;

/** The floor with its numbers, and the line of a loss that applies softmax twice. */
export function slots({ text }: LossMapView, unit: Unit): Record<'floor' | 'line', Record<string, MathML>> {
	const log = mathLog(text.log);
	const inside = `<mrow>${log}<mo>(</mo><mn>1</mn><mo>+</mo><mfrac><mn>${text.others}</mn><mi>e</mi></mfrac><mo>)</mo></mrow>`;
	const wrong = (a: MathML) =>
		unit === 'bits'
			? `<mfrac><mrow><mn>1</mn><mo>−</mo>${a}</mrow><mrow>${mathLog('ln')}<mn>2</mn></mrow></mfrac>`
			: `<mn>1</mn><mo>−</mo>${a}`;
	return {
		floor: { log, numbers: inside, floor: mathNumber(text.floor), unit: mathText(unit) },
		line: {
			one: `<mrow>${wrong('<mi>a</mi>')}</mrow>`,
			numbers: `<mrow>${inside}<mo>+</mo>${wrong(mathNumber(text.accuracy))}</mrow>`,
			double: mathNumber(text.double),
			unit: mathText(unit),
		},
	};
}

/** The findings that no other explains, and the others. */
export function apart(found: readonly DoctorFinding[]): { first: DoctorFinding[]; rest: DoctorFinding[] } {
	return { first: found.filter((f) => !f.follows), rest: found.filter((f) => f.follows) };
}
