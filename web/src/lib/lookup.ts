/** Something that can be found: a term, or a section of a page. */
export interface Found {
	readonly name: string;
	/** What else it is called. */
	readonly also: readonly string[];
	/** What it is, in plain words; empty for a section. */
	readonly text: string;
	/** Its address below the site's root. */
	readonly href: string;
}

/** A term with all that its entry in the glossary says. */
export interface Entry extends Found {
	readonly id: string;
	/** The formula as MathML, or nothing; so with the example and the unit. */
	readonly math: string;
	readonly example: string;
	readonly unit: string;
}

export interface Index {
	readonly terms: readonly Entry[];
	readonly sections: readonly Found[];
}

let loading: Promise<Index> | undefined;

/** The glossary, fetched when it is first asked for. A failure is not kept: the next call tries again. */
export function lookup(root: string): Promise<Index> {
	loading ??= get(`${root}ref/glossary.json`).catch((cause: unknown) => {
		loading = undefined;
		throw cause;
	});
	return loading;
}

async function get(address: string): Promise<Index> {
	const answer = await fetch(address);
	if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
	return (await answer.json()) as Index;
}

/**
 * What a query finds, best first: names that begin with it, then names with a word that does, then names that hold
 * it, then texts that hold all its words. Terms come before sections of the same rank. No query finds every term.
 */
export function find({ terms, sections }: Index, query: string): readonly Found[] {
	const asked = plain(query);
	if (asked === '') return terms;
	const words = asked.split(' ');
	const rank = (found: Found): number => {
		const names = [found.name, ...found.also].map(plain);
		if (names.some((n) => n.startsWith(asked))) return 0;
		if (names.some((n) => n.includes(` ${asked}`))) return 1;
		if (names.some((n) => n.includes(asked))) return 2;
		const all = `${names.join(' ')} ${plain(found.text)}`;
		return words.every((w) => all.includes(w)) ? 3 : Infinity;
	};
	return [...terms, ...sections]
		.map((found) => ({ found, at: rank(found) }))
		.filter(({ at }) => at < Infinity)
		.toSorted((a, b) => a.at - b.at)
		.map(({ found }) => found);
}

/** Lower case, one space, and no difference between dashes, hyphens and spaces. */
function plain(text: string): string {
	return text
		.toLowerCase()
		.replace(/[\s‐-―-]+/gu, ' ')
		.trim();
}
