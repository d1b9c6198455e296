import { glossary } from '../data/glossary';
import { href, routes, type Route } from '../routes';

/** A place of the site that one can go to. */
export interface Place {
	readonly href: string;
	/** "Entropy plus divergence: Two directions". */
	readonly title: string;
}

/** Where "learn/4-kl/#directions" is, seen from a page. A place that does not exist is a mistake of who names it. */
export function place(from: Route, to: string): Place {
	const [path, id] = to.split('#') as [string, string?];
	const page: Route | undefined = routes.find((r) => r.path === path);
	const term = path === 'ref/glossary/' ? glossary.find((t) => t.id === id)?.name : undefined;
	const section = page?.sections?.find((s) => s.id === id)?.title ?? term;
	if (!page || (id !== undefined && page.path !== '' && !section))
		throw new Error(`the site has no ${to}: see routes.ts`);
	return {
		href: page.path === from.path && id ? `#${id}` : href(from, page) + (id ? `#${id}` : ''),
		title: section ? `${page.short}: ${section}` : page.short,
	};
}
