/**
 * A code sample, highlighted, with elements data-slot="name" where a live number goes. Its markup is known to the
 * build and to the development server only.
 */
export interface Snippet {
	readonly html: string;
}

/** The highlighted sample with its slots filled. */
export function fillHtml(snippet: Snippet, values: Readonly<Record<string, string>>): string {
	return snippet.html.replace(
		/(<span data-slot="(\w+)">)(?=<\/span>)/g,
		(_, open: string, name: string) => open + escapeHtml(slot(values, name)),
	);
}

/** A slot's value; a slot without one is a mistake of the page. */
export function slot(values: Readonly<Record<string, string>>, name: string): string {
	const value = values[name];
	if (value === undefined)
		throw new Error(`no value for the slot ${name}; have ${Object.keys(values).join(', ')}`);
	return value;
}

function escapeHtml(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
