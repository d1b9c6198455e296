import type { CrossEntropyView, Lab, Unit } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import { useSettings } from '../../../lib/settings.svelte';
import { choice, integer, list, number, text, type Schema } from '../../../lib/share/codec';
import { Shared } from '../../../lib/share/hash.svelte';
import type { ScaleKind } from '../../../lib/scales';

/** The state of explorer E1. */
export interface E1State {
	/** One logit a class. */
	z: number[];
	/** The true class; with a soft label the class that the chart follows. */
	y: number;
	/** A soft label: one probability a class. Empty: all of it on y. */
	t: number[];
	/** The probability axis of the chart. */
	axis: ScaleKind;
	/** What the classes are called, where a link says so: a row of somebody's own model. */
	n: string[];
}

/** Logits reach from exclusion to far beyond what a float64 can exponentiate. */
const { maxLogit } = limits;

/** The least and greatest probability that can be dragged to; number boxes reach further. */
export const minProb = 0.001;
export const maxProb = 0.999;

export const names = ['cat', 'dog', 'fox', 'owl', 'hen', 'bee', 'cow', 'elk', 'ant', 'bat'] as const;

export const schema: Schema<E1State> = {
	z: list(number(0, -Infinity, maxLogit), [2, 1, 0, -1], limits.minClasses, limits.maxClasses),
	y: integer(0, 0, limits.maxClasses - 1),
	t: list(number(0, 0, 1), [], 0, limits.maxClasses),
	axis: choice<ScaleKind>('linear', ['linear', 'log']),
	n: list(text('', 24), [], 0, limits.maxClasses),
};

/** Mends a state from a link whose values do not fit together. */
export function repair(state: E1State): string[] {
	const said: string[] = [];
	if (state.z.every((z) => z === -Infinity)) {
		state.z = state.z.map(() => 0);
		said.push('e1.z excludes every class and became all 0');
	}
	if (state.y >= state.z.length) {
		state.y = state.z.length - 1;
		said.push(`e1.y is no class and became ${state.y}`);
	}
	const sum = state.t.reduce((a, b) => a + b, 0);
	if (state.t.length > 0 && (state.t.length !== state.z.length || Math.abs(sum - 1) > 1e-3)) {
		state.t = [];
		said.push('e1.t is no distribution over the classes and was left out');
	}
	return said;
}

/** Explorer E1: its state, and everything the core says about it. */
export class E1 {
	readonly shared = new Shared('e1', schema, repair);
	readonly #lab: Lab;
	readonly #settings = useSettings();

	readonly unit: Unit = $derived.by(() => this.#settings.unit);
	readonly names = $derived.by(() =>
		names.slice(0, this.state.z.length).map((name, i) => this.state.n[i] || name),
	);
	readonly soft = $derived.by(() => this.state.t.length > 0);
	readonly view: CrossEntropyView = $derived.by(() =>
		this.#lab.crossEntropy({
			logits: this.state.z,
			label: this.state.y,
			target: this.state.t,
			unit: this.unit,
		}),
	);

	constructor(lab: Lab) {
		this.#lab = lab;
	}

	get state(): E1State {
		return this.shared.current;
	}

	/** The name of the true class, or of the one that the chart follows. */
	get name(): string {
		return this.names[this.state.y]!;
	}

	/** Gives a class a probability by its logit, the other logits fixed. */
	setProb(index: number, prob: number): void {
		const inside = Math.min(maxProb, Math.max(minProb, prob));
		const step = 1e-4; // four decimals of a logit: short in a link, and finer than what is printed of q
		const { logit } = this.#lab.solveLogit({
			logits: this.state.z,
			class: index,
			prob: inside,
			min: -2 * maxLogit,
			max: maxLogit,
			step,
		});
		this.state.z[index] = logit;
	}

	/** Sets a logit; the last class that is not excluded stays in. */
	setLogit(index: number, logit: number): void {
		const others = this.state.z.some((z, i) => i !== index && z > -Infinity);
		if (logit > -Infinity || others) this.state.z[index] = logit;
	}

	/** Moves one probability of the soft label, the others in proportion. */
	setTarget(index: number, prob: number): void {
		this.state.t = [...this.#lab.redistribute({ values: this.view.target, index, to: prob }).values];
	}

	/** Makes the label soft, or hard again. A soft label begins as the hard one with some doubt. */
	setSoft(soft: boolean): void {
		this.state.t = [];
		if (soft)
			this.state.t = [
				...this.#lab.redistribute({ values: this.view.target, index: this.state.y, to: 0.7 }).values,
			];
	}

	/** Adds a class at logit 0, or takes the last one away. */
	setClasses(count: number): void {
		const { z, t, y } = this.state;
		const soft = t.length > 0;
		const kept = z.slice(0, count);
		if (kept.every((logit) => logit === -Infinity)) kept[0] = 0;
		this.state.z = [...kept, ...Array<number>(count - kept.length).fill(0)];
		this.state.y = Math.min(y, count - 1);
		this.setSoft(soft);
	}
}
