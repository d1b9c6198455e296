import { getContext, setContext } from 'svelte';
import type { Evidence } from './progress';

const key = Symbol('evidence');

/** Tells the parts of a page which one they stand on, so that what is done there can be kept. */
export function provideEvidence(path: string): void {
	setContext(key, path);
}

/**
 * Keeps that something was done on this page. Call while the component is made; what it returns, when it is done.
 * The store comes with the first evidence, not with the page.
 */
export function useEvidence(): (what: Evidence) => void {
	const path = getContext<string | undefined>(key);
	return (what) => {
		if (path !== undefined) void import('./store').then(({ progress }) => progress.saw(path, what));
	};
}
