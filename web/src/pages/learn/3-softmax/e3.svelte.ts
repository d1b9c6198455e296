import type { Lab, SoftmaxView, Unit } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import { useSettings } from '../../../lib/settings.svelte';
import { flag, integer, list, number, type Schema } from '../../../lib/share/codec';
import { Shared } from '../../../lib/share/hash.svelte';

/** The state of explorer E3, and of the figures of its page. */
export interface E3State {
	/** One logit a token. */
	z: number[];
	/** The token that really came. */
	y: number;
	/** The temperature. */
	T: number;
	/** What is added to every logit, and whether the largest is then subtracted. */
	c: number;
	trick: boolean;
	/** What may be drawn: the k most probable, of these those that make up the share p. */
	k: number;
	p: number;
	seed: number;
	/** The student's logits: zeros where there are none. */
	s: number[];
}

/** Logits reach from exclusion to far beyond what a float64 can exponentiate. */
const { maxLogit } = limits;

/** The least and greatest probability that can be dragged to. */
export const minProb = 0.001;
export const maxProb = 0.999;

/** How the sentence may go on: “The cat lay down on the …”. */
const names = ['mat', 'sofa', 'floor', 'bed', 'roof', 'moon', 'table', 'road', 'grass', 'piano'] as const;

const logit = number(0, -Infinity, maxLogit);
const most = limits.maxClasses;

export const schema: Schema<E3State> = {
	z: list(logit, [4, 3, 2.5, 1.5, 0.5, -1], limits.minClasses, most),
	y: integer(1, 0, most - 1),
	T: number(1, limits.minTemperature, limits.maxTemperature),
	c: number(0, -limits.maxShift, limits.maxShift),
	trick: flag(true),
	k: integer(most, 1, most),
	p: number(1, 0, 1),
	seed: integer(1, 0, limits.maxSeed),
	s: list(number(0, -maxLogit, maxLogit), [], 0, most),
};

/** Mends a state from a link whose values do not fit together. */
export function repair(state: E3State): string[] {
	const said: string[] = [];
	if (state.z.every((z) => z === -Infinity)) {
		state.z = state.z.map(() => 0);
		said.push('e3.z excludes every token and became all 0');
	}
	if (state.y >= state.z.length) {
		state.y = state.z.length - 1;
		said.push(`e3.y is no token and became ${state.y}`);
	}
	return said;
}

/** Explorer E3: its state, and what the core says about it. */
export class E3 {
	readonly shared = new Shared('e3', schema, repair);
	readonly lab: Lab;
	readonly #settings = useSettings();

	readonly unit: Unit = $derived.by(() => this.#settings.unit);
	readonly names: readonly string[] = $derived.by(() => names.slice(0, this.state.z.length));
	/** The student's logits, one a token. */
	readonly student: readonly number[] = $derived.by(() => this.names.map((_, i) => this.state.s[i] ?? 0));
	readonly view: SoftmaxView = $derived.by(() =>
		this.lab.softmax({
			logits: this.state.z,
			label: this.state.y,
			temperature: this.state.T,
			unit: this.unit,
		}),
	);

	constructor(lab: Lab) {
		this.lab = lab;
	}

	get state(): E3State {
		return this.shared.current;
	}

	/** The name of the token that really came. */
	get name(): string {
		return this.names[this.state.y]!;
	}

	/** The logit of one token that gives it a probability at the present temperature, the other logits fixed. */
	#solved(logits: readonly number[], index: number, prob: number): number {
		const { T } = this.state;
		const inside = Math.min(maxProb, Math.max(minProb, prob));
		const { logit } = this.lab.solveLogit({
			logits,
			class: index,
			prob: inside,
			min: -maxLogit,
			max: maxLogit,
			step: 1e-4, // short in a link
			temperature: T,
		});
		return logit;
	}

	/** Gives a token a probability by its logit. */
	setProb(index: number, prob: number): void {
		this.state.z[index] = this.#solved(this.state.z, index, prob);
	}

	/** The same for the student. */
	setStudent(index: number, prob: number): void {
		this.state.s = this.student.with(index, this.#solved(this.student, index, prob));
	}

	/** Sets a logit; the last token that is not excluded stays in. */
	setLogit(index: number, to: number): void {
		const others = this.state.z.some((z, i) => i !== index && z > -Infinity);
		if (to > -Infinity || others) this.state.z[index] = to;
	}

	/** Adds a token at logit 0, or takes the last one away. */
	setClasses(count: number): void {
		const kept = this.state.z.slice(0, count);
		if (kept.every((z) => z === -Infinity)) kept[0] = 0;
		this.state.z = [...kept, ...Array<number>(count - kept.length).fill(0)];
		this.state.y = Math.min(this.state.y, count - 1);
	}
}
