import { hydrate, mount } from 'svelte';
import App from './App.svelte';
import type { Page } from './page';
import type { Route } from './routes';
import './styles/site.css';

/**
 * Brings a prerendered page to life: the core is loaded after the first paint, then the page is
 * hydrated in the state it was rendered in. Until then it can be read, not dragged.
 */
export function start(page: Page, route: Route): void {
	const target = document.getElementById('app')!;
	requestAnimationFrame(() =>
		setTimeout(async () => {
			const lab = {};
			const options = { target, props: { page, lab, route } };
			if (target.hasChildNodes()) hydrate(App, options);
			else mount(App, options); // the development server does not prerender
			document.documentElement.dataset.ready = '';
		}),
	);
}
