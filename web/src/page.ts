import type { Component } from 'svelte';
import type { Route } from './routes';

/** What every page component is given. */
export type Lab = unknown;

export interface PageProps {
	/** The Go core: pure functions, in the browser and while prerendering. */
	readonly lab: Lab;
	readonly route: Route;
}

export type Page = Component<PageProps>;
