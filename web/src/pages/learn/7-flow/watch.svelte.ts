import { follow, provideSight, type Sight } from '../../../lib/section.svelte';

/** What a part of the explorer looks at, and how that part says whether it is in sight and in hand. */
export interface Watched<T> {
	readonly current: T;
	readonly sight: Sight;
	/** Attach it to the part's element. */
	readonly part: (node: HTMLElement) => () => void;
}

/**
 * A value for a part of the explorer, called while its component is made: in sight it follows a run that plays
 * from frame to frame, else as all that is looked at follows (see follow). While when is false it rests.
 */
export function watch<T>(
	get: () => T,
	playing: () => boolean,
	when: (sight: Sight) => boolean = () => true,
): Watched<T> {
	const sight = provideSight();
	const aside = follow(get, { sight, when: () => when(sight) });
	return {
		sight,
		get current() {
			return playing() && !sight.skipped ? get() : aside.current;
		},
		part(node) {
			const ends = [sight.watch(node), sight.hold(node)];
			return () => ends.forEach((end) => end());
		},
	};
}
