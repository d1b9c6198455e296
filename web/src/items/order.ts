/** A step, as far as its place is concerned. */
interface Step {
	readonly id: string;
	readonly needs: readonly string[];
}

/** The order in which each step finds what it needs before it. Throws unless there is exactly one. */
export function ordered<T extends Step>(steps: readonly T[]): T[] {
	const rest = [...steps];
	const done: T[] = [];
	while (rest.length > 0) {
		const ready = rest.filter((step) => step.needs.every((id) => done.some((before) => before.id === id)));
		const [next, other] = ready;
		if (!next) throw new Error(`no order: ${rest.map((step) => step.id).join(', ')} need one another`);
		if (other) throw new Error(`more than one order: ${next.id} and ${other.id} may change places`);
		done.push(next);
		rest.splice(rest.indexOf(next), 1);
	}
	return done;
}

/** The steps out of order, the same way every time: no step stands at its place, and the first is not shown first. */
export function scrambled<T extends Step>(steps: readonly T[]): T[] {
	const right = ordered(steps);
	const half = Math.ceil(right.length / 2);
	// The second half between the first: 4 1 5 2 3 of 1 2 3 4 5, so that a turn alone does not mend it.
	const mixed = right.slice(half).flatMap((step, i) => [step, right[i]!]);
	return [...mixed, ...right.slice(mixed.length / 2, half)];
}

/** The answers turned by an amount that depends on the id, so that their place tells nothing; the same every time. */
export function turned<T>(answers: readonly T[], id: string): T[] {
	const by = [...id].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 9973, 0) % answers.length;
	return [...answers.slice(by), ...answers.slice(0, by)];
}
