declare module '*?code' {
	const snippet: import('./lib/snippet').Snippet;
	export default snippet;
}

declare module 'temml' {
	const temml: {
		renderToString(
			tex: string,
			options: {
				displayMode: boolean;
				trust: boolean;
				throwOnError: boolean;
				macros: Record<string, string>;
			},
		): string;
	};
	export default temml;
}

declare module 'xent:library' {
	const library: import('../tools/library').Library;
	export default library;
}
