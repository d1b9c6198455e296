import { getContext, setContext, untrack } from 'svelte';

const key = Symbol('section');

/** Whether a section is out of sight, so that its live parts need not follow (see Section.svelte). */
export class Sight {
	skipped = $state(false);
}

/** Tells the parts of a section whether they are seen. */
export function provideSight(): Sight {
	return setContext(key, new Sight());
}

/** How long a value must rest before it is shown where it is out of sight, in milliseconds. */
const rest = 300;

/**
 * A value that follows at once while it can be seen. In a section out of sight it follows when it rests, for those
 * who read without scrolling; where also is false, nobody can, and get is not called.
 */
export function whileSeen<T>(get: () => T, also: () => boolean = () => true): { readonly current: T } {
	const sight = getContext<Sight | undefined>(key);
	let held = untrack(get);
	let late = $state.raw(held);
	const value = $derived.by(() => (also() ? (held = sight?.skipped ? late : get()) : held));
	$effect(() => {
		if (!sight?.skipped || !also()) return;
		const now = get();
		const timer = setTimeout(() => (late = now), rest);
		return () => clearTimeout(timer);
	});
	return {
		get current() {
			return value;
		},
	};
}
