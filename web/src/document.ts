import { root, type Route } from './routes.ts';

/** What the build knows about a page: the files to load and the rendered markup. */
export interface Parts {
	/** Addresses relative to the site's root. */
	readonly early: string;
	readonly icon: string;
	readonly script: string;
	readonly preload: readonly string[];
	readonly styles: readonly string[];
	/** The core that the page needs, for early.js to ask for. */
	readonly core?: string | undefined;
	/** The page's worker, if it has one. */
	readonly worker?: string | undefined;
	readonly head: string;
	readonly body: string;
}

/**
 * The policy every page is served under: nothing from elsewhere, no inline script, no inline style.
 * 'wasm-unsafe-eval' allows WebAssembly to be compiled and nothing else.
 */
export const policy =
	"default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'";

/** The HTML of a page. early.js is a blocking script: it sets the theme before the first paint. */
export function document(route: Route, parts: Parts): string {
	const to = root(route);
	const title = route.path === '' ? `xent: ${route.title}` : `${route.title} · xent`;
	const lines = [
		'<!doctype html>',
		`<html lang="en" data-unit="${route.unit ?? 'nats'}">`,
		'<head>',
		'<meta charset="utf-8">',
		`<meta http-equiv="Content-Security-Policy" content="${policy}">`,
		'<meta name="viewport" content="width=device-width, initial-scale=1">',
		'<meta name="color-scheme" content="light dark">',
		`<title>${escape(title)}</title>`,
		`<meta name="description" content="${escape(route.description)}">`,
		`<link rel="icon" type="image/svg+xml" href="${to}${parts.icon}">`,
		...parts.styles.map((s) => `<link rel="stylesheet" href="${to}${s}">`),
		`<script src="${to}${parts.early}"${parts.core ? ` data-core="${to}${parts.core}"` : ''}></script>`,
		parts.worker ? `<meta name="worker" content="${to}${parts.worker}">` : '',
		...parts.preload.map((p) => `<link rel="modulepreload" href="${to}${p}">`),
		`<script type="module" src="${to}${parts.script}"></script>`,
		parts.head,
		'</head>',
		`<body><div id="app" data-route="${escape(JSON.stringify(route))}">${parts.body}</div></body>`,
		'</html>',
		'',
	];
	return lines.filter((line, i) => line !== '' || i === lines.length - 1).join('\n');
}

function escape(text: string): string {
	return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
