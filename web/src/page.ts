import type { Component } from 'svelte';
import type { Lab } from './core/load';
import type { Route } from './routes';

/** What every page component is given. */
export interface PageProps {
	/** The Go core: pure functions, in the browser and while prerendering. */
	readonly lab: Lab;
	readonly route: Route;
}

export type Page = Component<PageProps>;
