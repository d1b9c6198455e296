import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { glossary } from '../src/data/glossary.ts';
import { root, routes } from '../src/routes.ts';

const pages = fileURLToPath(new URL('../src/pages/', import.meta.url));

/**
 * Makes every <dfn> of a page a link to its entry in the glossary. Where scripts run, the link opens the entry in
 * place (see src/lib/terms.ts). A word that the glossary does not have stays as it is; a test names it.
 */
export function terms(): Plugin {
	return {
		name: 'xent-terms',
		enforce: 'pre',
		transform(source, id) {
			if (!id.endsWith('.svelte') || !id.startsWith(pages) || !source.includes('<dfn')) return null;
			return { code: linked(source, rootOf(id)), map: null };
		},
	};
}

/** The source with its defined words linked; root leads from the page to the site's root. */
export function linked(source: string, root: string): string {
	return source.replace(/<dfn\s*>([^<{]*)<\/dfn\s*>/g, (whole, text: string) => {
		const id = termOf(text);
		return id ? `<dfn><a href="${root}ref/glossary/#${id}" data-term="${id}">${text}</a></dfn>` : whole;
	});
}

/** The id of the term that a text names, by its name or by what else it is called, in the singular or the plural. */
export function termOf(text: string): string | undefined {
	const plain = text.replace(/\s+/g, ' ').trim().toLowerCase();
	const called = (name: string) => [name, `${name}s`].includes(plain);
	return glossary.find((term) => [term.name, ...(term.also ?? [])].some((n) => called(n.toLowerCase())))?.id;
}

/** The way to the site's root from the page that a source belongs to. */
function rootOf(file: string): string {
	const name = relative(pages, file).replaceAll('\\', '/');
	const pagesOf = routes.filter((r) => name.startsWith(`${r.dir}/`));
	const page = pagesOf.toSorted((a, b) => b.dir.length - a.dir.length)[0];
	if (!page) throw new Error(`${name} belongs to no page of routes.ts`);
	return root(page);
}
