import { basename } from 'node:path';
import { readFile } from 'node:fs/promises';
import { createCssVariablesTheme, createHighlighter, type Highlighter } from 'shiki';
import temml from 'temml';
import type { Plugin } from 'vite';

/**
 * Typesets at build time, so that no renderer is shipped:
 *
 *	tex`…`             in a .ts or .svelte source becomes a string of MathML
 *	import x from './f.go.txt?code'   becomes a highlighted Snippet (see src/lib/snippet.ts)
 *
 * Numbers that change live in slots: \slot{name} in TeX, __name__ in code.
 *
 * The scripts of the built site get no code: all of it is in the HTML (see CodeBlock.svelte).
 */
export function content(): Plugin {
	let highlighter: Promise<Highlighter> | undefined;
	let silent = false;
	return {
		name: 'xent-content',
		enforce: 'pre',
		configResolved(config) {
			silent = config.command === 'build' && !config.build.ssr; // as in still.ts
		},
		transform(source, id) {
			if (!/\/src\/.*\.(svelte|ts)$/.test(id) || !source.includes('tex`')) return null;
			const compiled = source.replace(/(?<![\w`])tex`([^`]*)`/g, (_, text: string) =>
				JSON.stringify(math(text)),
			);
			return compiled === source ? null : { code: compiled, map: null };
		},
		async load(id) {
			if (!id.endsWith('?code')) return null;
			if (silent) return 'export default {}';
			const file = id.slice(0, -'?code'.length);
			this.addWatchFile(file);
			highlighter ??= createHighlighter({ themes: [theme], langs: ['go', 'python', 'json', 'shellscript'] });
			const snippet = highlight(await highlighter, (await readFile(file, 'utf8')).trimEnd(), language(file));
			return `export default ${JSON.stringify(snippet)}`;
		},
	};
}

const macros = {
	'\\slot': '\\class{slot-#1}{0}',
	'\\terms': '\\class{terms-#1}{0}',
	'\\link': '\\class{link-#1}{#2\\hspace{0em}}', // the space keeps a link and a slot apart; math() drops it
	'\\KL': '\\mathrm{KL}',
};

/**
 * MathML of a formula. A formula that starts with "inline:" is set inline, any other as a display.
 * \slot{x} becomes an element with data-slot="x", \link{x}{…} one with data-link="x"; \terms{x} is a slot for a sum that
 * may be longer than a line (see mathSum).
 * Inline styles, which the pages' policy forbids, are dropped where the style sheet says the same, else refused.
 */
export function math(source: string): string {
	const inline = /^\s*inline:/.test(source);
	const tex = source.replace(/^\s*inline:/, '').trim();
	const html = temml
		.renderToString(tex, { displayMode: !inline, trust: true, throwOnError: true, macros: { ...macros } })
		.replace(/ class="terms-([\w-]+)"/g, ' class="sum" data-slot="$1"')
		.replace(/ class="(slot|link)-([\w-]+)"/g, ' data-$1="$2"')
		.replace(/ style="(display:block math;|math-depth:0;|padding-left:\S*?em;padding-right:\S*?em;)"/g, '')
		.replace(/ class="tml-display"| (fence|separator)="true"/g, '')
		.replaceAll('<mspace width="0em"></mspace>', '')
		.replace(/ xmlns="[^"]*"/, '');
	const style = / style="([^"]*)"/.exec(html);
	if (style) throw new Error(`inline style ${style[1]} in the MathML of ${tex}`);
	return inline ? html : breakable(html);
}

/** The space between equations that stand side by side. */
const gap = '<mspace width="2em"></mspace>';

/**
 * A displayed formula in parts, between which a line too short for it may break: equations side by side, and in each of
 * them before a relation and around the terms of a sum, and within what is longer than a line still before a term or a
 * factor. The style sheet lays the parts out; where it cannot, they stand in one line as ever.
 */
export function breakable(html: string): string {
	const inside = /^<math display="block"><mrow>(.*)<\/mrow><\/math>$/s.exec(html)?.[1];
	if (inside === undefined) return html;
	const lines: string[][] = [['']];
	for (const child of children(inside).flatMap(opened)) {
		if (child === gap) {
			lines.push(['']);
			continue;
		}
		const parts = lines.at(-1)!;
		const relation = /^<mo( [^>]*)?>(?:[=≈≠≤≥<>]|[&]lt;|[&]gt;|[⟶→⟹⇒])<\/mo>$/.test(child);
		const sum = child.startsWith('<mn class="sum"');
		if ((relation || sum) && parts.at(-1)) parts.push('');
		parts[parts.length - 1] += relation && !parts.at(-1) ? child.replace('<mo', '<mo form="infix"') : child;
		if (sum) parts.push('');
	}
	const rows = lines.map((parts) => {
		const full = parts.filter(Boolean);
		return full.map((part) => (part.startsWith('<mn class="sum"') ? part : termed(part))).join('');
	});
	const found = rows.filter(Boolean);
	if (found.length > 1)
		return `<math display="block">${found.map((row) => `<mrow class="line">${row}</mrow>`).join(gap)}</math>`;
	return lines[0]!.filter(Boolean).length > 1 ? `<math display="block">${found[0]}</math>` : html;
}

/** A part whose terms, or the factors of its only one, may stand below each other: a short one is left whole. */
function termed(part: string): string {
	const within = children(part);
	const text = part.replace(/<annotation.*?<\/annotation>|<[^>]*>/gs, '');
	for (const sign of text.length < shortPart ? [] : [/^<mo[^>]*>[+−-]<\/mo>$/, /^<mo[^>]*>[⋅·]<\/mo>$/]) {
		const terms: string[][] = [[]];
		for (const [i, child] of within.entries()) {
			const binary = sign.test(child) && i > 0 && !/^<mo[^>]*>[^)\]|!]<\/mo>$/.test(within[i - 1]!);
			if (binary) terms.push([]);
			terms.at(-1)!.push(binary ? child.replace(/<mo( form="\w+")?/, '<mo form="infix"') : child);
		}
		if (terms.length > 1)
			return `<mrow class="terms">${terms.map((term) => `<mrow>${term.join('')}</mrow>`).join('')}</mrow>`;
	}
	return `<mrow>${part}</mrow>`;
}

/** So many letters fit in a line of a phone together with the rest. */
const shortPart = 18;

/** Fences around a sum do not hold it together. */
function opened(child: string): string[] {
	return child.startsWith('<mrow>') && child.includes(' class="sum"')
		? children(child.slice('<mrow>'.length, -'</mrow>'.length))
		: [child];
}

/** The elements that stand side by side in a piece of markup. */
function children(markup: string): string[] {
	const found: string[] = [];
	let depth = 0;
	let from = 0;
	for (const { 0: tag, index } of markup.matchAll(/<(\/?)[a-z]+[^>]*>/g)) {
		depth += tag.startsWith('</') ? -1 : 1;
		if (depth > 0) continue;
		found.push(markup.slice(from, index + tag.length));
		from = index + tag.length;
	}
	return found;
}

const theme = createCssVariablesTheme({ name: 'xent', variablePrefix: '--' });

/** The language of a snippet's file: loss.go.txt, loss.torch.py, loss.json.txt. */
function language(file: string): string {
	const name = basename(file).replace(/\.txt$/, '');
	const languages: Record<string, string> = { go: 'go', py: 'python', json: 'json', sh: 'shellscript' };
	const found = languages[name.slice(name.lastIndexOf('.') + 1)];
	if (!found) throw new Error(`${file}: no language for this extension`);
	return found;
}

/** Highlights with one class per kind of token, and turns __name__ into a slot. */
function highlight(highlighter: Highlighter, text: string, lang: string): { html: string } {
	const { tokens } = highlighter.codeToTokens(text, {
		lang: lang as 'go',
		theme: 'xent',
		tokenizeTimeLimit: 0, // a busy machine writes the same page
	});
	const lines = tokens.map((line) =>
		line
			.map((token) => {
				const kind = /^var\(--token-([\w-]+)\)$/.exec(token.color ?? '')?.[1];
				const html = escape(token.content).replace(/__(\w+?)__/g, '<span data-slot="$1"></span>');
				return kind ? `<span class="t-${kind}">${html}</span>` : html;
			})
			.join(''),
	);
	return { html: lines.join('\n') };
}

function escape(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
