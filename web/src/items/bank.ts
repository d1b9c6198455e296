import { routes, type Route } from '../routes';
import type { Item } from './item';

/** The questions of a page: `items` close the page, `more` come in the knowledge check only. */
interface Questions {
	readonly items: readonly Item[];
	readonly more?: readonly Item[];
}

const modules = import.meta.glob<Questions>('../pages/**/items.ts', { eager: true });

/** All questions, by the page that they belong to, in reading order. */
export const bank: readonly { readonly route: Route; readonly items: readonly Item[] }[] = routes.flatMap(
	(route) => {
		const found = modules[`../pages/${route.dir}/items.ts`];
		return found ? [{ route, items: [...found.items, ...(found.more ?? [])] }] : [];
	},
);
