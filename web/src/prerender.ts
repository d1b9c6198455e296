import { render } from 'svelte/server';
import App from './App.svelte';
import type { Lab } from './core/load';
import { document, type Parts } from './document';
import { anki } from './items/anki';
import { bank } from './items/bank';
import { index } from './lib/glossary';
import { described, describePage } from './lib/parts';
import type { Page } from './page';
import { routes, type Route } from './routes';

export { described, index, routes };

const pages = import.meta.glob<Page>('./pages/**/Page.svelte', { eager: true, import: 'default' });

export { everyCore } from './core/every';

/** The whole HTML of a page, with the core's numbers in it. */
export function prerender(route: Route, lab: Lab, files: Omit<Parts, 'head' | 'body'>): string {
	const page = pages[`./pages/${route.dir}/Page.svelte`];
	if (!page) throw new Error(`no page for ${route.dir}`);
	describePage(route.path);
	const { head, body } = render(App, { props: { page, lab, route } });
	const inline = /<[^>]* (style|on\w+)="[^"]*"/.exec(body);
	if (inline) throw new Error(`/${route.path}: the policy forbids inline styles and handlers: ${inline[0]}`);
	return document(route, { ...files, head, body });
}

/** Files beside the pages, by name. */
export function files(lab: Lab): Readonly<Record<string, string>> {
	return { 'questions.txt': anki(bank(), lab) };
}
