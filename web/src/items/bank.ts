import { routes, type Route } from '../routes';
import type { Item } from './item';

/** The questions at the end of each page; and those on its subject that come in the knowledge check only. */
const closing = import.meta.glob<readonly Item[]>('../pages/**/items.ts', { eager: true, import: 'items' });
const more = import.meta.glob<readonly Item[]>('../pages/**/more.ts', { eager: true, import: 'more' });

/** The questions of a page. */
export interface Chapter {
	readonly route: Route;
	/** All of them, those that close the page first. */
	readonly items: readonly Item[];
	readonly closing: readonly Item[];
}

/**
 * All questions of the lab, by the page that they belong to, in reading order. A function, so that what it returns is
 * no part of the client's scripts: it is called by the build, by tests, and by what stands still.
 */
export function bank(): Chapter[] {
	return routes.flatMap((route) => {
		const own = closing[`../pages/${route.dir}/items.ts`] ?? [];
		const items = [...own, ...(more[`../pages/${route.dir}/more.ts`] ?? [])];
		return items.length > 0 ? [{ route, items, closing: own }] : [];
	});
}
