import { hydrate, mount } from 'svelte';
import bench from '../generated/bench.wasm?url';
import chapters from '../generated/chapters.wasm?url';
import practice from '../generated/practice.wasm?url';
import training from '../generated/training.wasm?url';
import App from './App.svelte';
import type { Page } from './page';
import { root as rootOf, type Core, type Route } from './routes';
import './styles/site.css';

declare global {
	interface Window {
		/** The answer to what early.js asked for. */
		core?: Promise<Response>;
	}
}

const cores: Record<Core, string> = { chapters, training, practice, bench };

/**
 * Brings a prerendered page to life after its first paint: once the core is there the page is
 * hydrated in the state it was rendered in. Until then it can be read, not dragged.
 */
export function start(page: Page): void {
	requestAnimationFrame(() => setTimeout(() => void come(page)));
}

async function come(page: Page): Promise<void> {
	const target = document.getElementById('app')!;
	const route = JSON.parse(target.dataset.route!) as Route; // the whole table stays with the build
	const root = document.documentElement;
	try {
		const bytes = window.core ?? fetch(cores[route.core ?? 'chapters']); // under way while the code that binds it comes
		const answers = target.querySelector('.items') && import('./lib/items/answers');
		const { load } = await import('./core/load');
		const options = { target, props: { page, lab: await load(await bytes), route } };
		// A page cannot be made anew in the client, which lacks what stands still on it (see tools/still.ts).
		if (target.hasChildNodes()) hydrate(App, { ...options, recover: false });
		else mount(App, options); // the development server does not prerender
		(await answers)?.enliven(target, options.props.lab);
		root.dataset.ready = '';
		performance.mark('ready');
		if (import.meta.env.PROD) rest(() => import('./offline/keep').then(({ keep }) => keep(rootOf(route))));
	} catch (cause) {
		root.dataset.broken = ''; // the page says so and stays readable
		throw cause;
	}
}

/** Does what can wait once the page has nothing else to do, and may fail. */
function rest(task: () => Promise<void>): void {
	const run = () => void task().catch(() => {});
	if ('requestIdleCallback' in window) requestIdleCallback(run);
	else setTimeout(run, 2000);
}
