import type { Lab } from '../core/load';
import { glossary } from '../data/glossary';
import { routes } from '../routes';
import type { Entry, Found } from './lookup';
import { place } from './places';

/**
 * What can be looked up from any page, as it stands in ref/glossary.json: the terms with all that their entries
 * say, and the sections of the pages. Addresses are below the site's root. Made by the build, so that no page
 * carries it.
 */
export function index(lab: Lab): { terms: Entry[]; sections: Found[] } {
	const start = routes[0];
	const terms = glossary.map(({ id, name, also = [], text, math, example, unit }): Entry => ({
		id,
		name,
		also,
		text,
		math: math?.() ?? '',
		example: example?.(lab) ?? '',
		unit: unit ?? '',
		href: `ref/glossary/#${id}`,
	}));
	const sections = routes.flatMap((route) =>
		('sections' in route ? route.sections : []).map(({ id }): Found => {
			const { title, href } = place(start, `${route.path}#${id}`);
			return { name: title, also: [], text: '', href };
		}),
	);
	return { terms, sections };
}
