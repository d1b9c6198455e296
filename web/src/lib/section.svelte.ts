import { getContext, setContext, untrack } from 'svelte';

const key = Symbol('section');

/** Whether the browser skips a section because it is out of sight (see Section.svelte). */
export class Sight {
	skipped = $state(false);
}

/** Tells the parts of a section whether they are seen. */
export function provideSight(): Sight {
	return setContext(key, new Sight());
}

/**
 * A value that follows while it can be seen, and costs nothing while it cannot: get is then not called, and the
 * value stays what it was. Sight is that of the section, and what also says.
 */
export function whileSeen<T>(get: () => T, also: () => boolean = () => true): { readonly current: T } {
	const sight = getContext<Sight | undefined>(key);
	let held = untrack(get);
	const value = $derived.by(() => (sight?.skipped || !also() ? held : (held = get())));
	return {
		get current() {
			return value;
		},
	};
}
