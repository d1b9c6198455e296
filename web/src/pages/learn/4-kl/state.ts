import type { Divergence, Lab } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import type { Answer } from '../../../lib/PredictFirst.svelte';
import type { Preset } from '../../../lib/Presets.svelte';
import { choice, integer, list, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E4. */
export interface State {
	/** The truth. */
	p: number[];
	/** The model, before it moves towards the truth. */
	q: number[];
	/** How far the model has moved from q to p. */
	t: number;
	/** The locked bars of each. */
	lockp: number[];
	lockq: number[];
	/** What the lines of the triangle measure. */
	lines: Divergence;
	/** The goal that is being tried, 0 for none. */
	goal: number;
}

export const divergences = ['forward', 'reverse', 'js'] as const satisfies readonly Divergence[];

/** How each divergence is drawn: its line, and its dot. */
export const tones = { forward: 'model', reverse: 'ink', js: 'muted' } as const;
export const dotTones = { forward: 'model', reverse: 'ink', js: 'ink' } as const;

/** "A and C", of the classes' names. */
export function listed(names: readonly string[], indices: readonly number[]): string {
	return indices.map((i) => names[i]).join(' and ');
}

const bar = number(0, 0, 1);
const lock = list(integer(0, 0, limits.maxBars - 1), [], 0, limits.maxBars);

export const schema: Schema<State> = {
	p: list(bar, [0.6, 0.3, 0.1], limits.minClasses, limits.maxBars),
	q: list(bar, [0.33, 0.33, 0.34], limits.minClasses, limits.maxBars),
	t: number(0, 0, 1),
	lockp: lock,
	lockq: lock,
	lines: choice('forward', divergences),
	goal: integer(0, 0, 3),
};

/** Makes a state from a link whole: as many bars of q as of p, each a distribution. Says what it changed. */
export function repair(lab: Lab, state: State): string[] {
	const notices: string[] = [];
	if (state.q.length !== state.p.length)
		notices.push(`q has ${state.q.length} classes and p ${state.p.length}; q follows p`);
	for (const which of ['p', 'q'] as const) {
		const values = resize(state[which], state.p.length);
		const whole = distribution(lab, values);
		if (whole.some((v, i) => Math.abs(v - values[i]!) > 1 / limits.barSteps))
			notices.push(`${which} did not sum to 1 and was scaled`);
		state[which] = whole;
	}
	const inside = (index: number) => index < state.p.length;
	state.lockp = state.lockp.filter(inside);
	state.lockq = state.lockq.filter(inside);
	return notices;
}

/** A distribution over so many classes: new classes are empty, left-out ones give their share to the rest. */
export function withClasses(lab: Lab, values: readonly number[], classes: number): number[] {
	return distribution(lab, resize(values, classes));
}

function resize(values: readonly number[], length: number): number[] {
	return Array.from({ length }, (_, i) => values[i] ?? 0);
}

/** The values in proportion; even shares if there are none. */
function distribution(lab: Lab, values: readonly number[]): number[] {
	const weights = values.some((v) => v > 0) ? values : values.map(() => 1);
	return [...lab.normalise({ values: weights }).values];
}

const still = { t: 0, lockp: [], lockq: [], goal: 0 };
const truth = [0.6, 0.3, 0.1];

export const presets: readonly Preset<State>[] = [
	{
		name: 'The chapter’s table',
		note: 'A model that has learnt nothing yet spreads its bets almost evenly. The blue part is what training can win.',
		state: { ...still, p: truth, q: [0.33, 0.33, 0.34] },
	},
	{
		name: 'q = p',
		note: 'Nothing is left to learn, and the loss is still not zero: the entropy of the truth remains.',
		state: { ...still, p: truth, q: truth },
	},
	{
		name: 'q = 0 where p > 0',
		note: 'The model excludes C, but C happens. One such event and the cost is infinite, however well A and B are met.',
		state: { ...still, p: truth, q: [0.65, 0.35, 0] },
	},
	{
		name: 'p uniform',
		note: 'The truth is as uncertain as it can be. No model can cost less than the logarithm of the number of classes.',
		state: { ...still, p: [0.3333, 0.3333, 0.3334], q: [0.7, 0.2, 0.1] },
	},
	{
		name: 'p one-hot',
		note: 'A label without doubt has no entropy: all of the loss is divergence, and it can be trained away.',
		state: { ...still, p: [1, 0, 0], q: [0.7, 0.2, 0.1] },
	},
	{
		name: 'p = 0 where q > 0',
		note: 'Now the truth excludes C. The forward divergence only loses what was bet on C; the reverse one is infinite.',
		state: { ...still, p: [0.65, 0.35, 0], q: truth },
	},
	{
		name: 'Sure and wrong',
		note: 'The model is certain of the wrong class. The rows of A and B show who pays.',
		state: { ...still, p: [0.9, 0.08, 0.02], q: [0.02, 0.96, 0.02] },
	},
];

/** A goal to reach by dragging. Divergences are in bits, whatever the page's unit. */
export interface Goal {
	readonly task: string;
	/** Where it starts. */
	readonly start: Partial<State>;
	readonly forward: number;
	readonly reverse?: number;
	readonly done: string;
}

/** How near to a goal is near enough, in bits. */
export const near = 0.005;

export const goals: readonly Goal[] = [
	{
		task: 'Drag q until D(p‖q) is 0.3 bits.',
		start: { ...still, p: truth, q: truth, lines: 'forward' },
		forward: 0.3,
		done: 'Every other q on the marked line would have done as well: one number cannot say in which way a model errs.',
	},
	{
		task: 'The same, but A is locked at its true value.',
		start: { ...still, p: truth, q: truth, lockq: [0], lines: 'forward' },
		forward: 0.3,
		done: 'There are two such models, one that starves B and one that starves C: where the line crosses the level of A.',
	},
	{
		task: 'Make D(q‖p) 0.3 bits while D(p‖q) is infinite.',
		start: { ...still, p: truth, q: truth, lines: 'reverse' },
		forward: Infinity,
		reverse: 0.3,
		done: 'A model that leaves a class out is fatal in one direction and cheap in the other.',
	},
];

/** What a row with q > p adds; figure is that of class C in the default state. */
export function prediction(figure: string, unit: string): readonly Answer[] {
	return [
		{
			text: 'Something positive: the model is wrong about C',
			reply: `It is wrong about C, but to C’s advantage: C costs less than it would under a perfect model, so its row is ${figure} ${unit}.`,
		},
		{
			text: 'Nothing: only classes that get too little matter',
			reply: `It counts, in the other direction. C is bet on too highly and so costs less than under a perfect model: ${figure} ${unit}.`,
		},
		{
			text: 'Something negative',
			right: true,
			reply: `Its row is ${figure} ${unit}: C is cheaper under q than under p. What C gains, A and B lose, and they lose more: the total is never negative.`,
		},
	];
}
