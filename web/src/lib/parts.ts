import { getContext, setContext } from 'svelte';
import type { Preset } from './Presets.svelte';
import { initial, join, write } from './share/codec';
import type { Shared } from './share/hash.svelte';

/** What a lesson can hide of an explorer: a control, a picture, or one of the frame's own parts. */
export interface Part {
	/** As links name it: "logit". Controls of a kind share one. */
	readonly name: string;
	/** What the controls of that name are called: "Logit of cat", "Logit of dog". */
	readonly labels: string[];
}

/** An explorer as the build finds it. */
export interface Described {
	/** The page that it stands on: "learn/4-kl/". */
	readonly path: string;
	/** Its anchor, and the prefix of its keys in the address: "e4". */
	readonly id: string;
	readonly title: string;
	readonly parts: Part[];
	/** Its examples; state is the fragment of their link, empty for the state the page begins with. */
	readonly presets: { readonly name: string; readonly note: string; readonly state: string }[];
}

/** Every explorer of the pages that the build has rendered; nothing in a browser. */
export const described: Described[] = [];

const key = Symbol('parts');
const pictured = Symbol('pictured');
let path = '';

/** A note on a page: something that is often said, and corrected there. */
export interface Note {
	/** Where it stands: "learn/4-kl/#said-the-loss-is-measured". */
	readonly to: string;
	readonly said: string;
}

/** Every correction on the pages that the build has rendered; nothing in a browser. */
export const noted: Note[] = [];

/** Notes a correction while the build renders it. */
export function note(said: string, id: string): void {
	noted.push({ to: `${path}#${id}`, said });
}

/** The page whose explorers are described from now on. */
export function describePage(to: string): void {
	path = to;
}

/** Describes an explorer while the build renders it; its controls and examples add themselves (see part). */
export function describe(id: string, title: string): void {
	const parts = frame.map(([name, label]) => ({ name, labels: [label] }));
	const one: Described = { path, id, title, parts, presets: [] };
	described.push(one);
	setContext(key, one);
}

/** Adds the examples of the explorer around. */
export function describePresets<S extends object>(
	{ id, schema }: Shared<S>,
	presets: readonly Preset<S>[],
): void {
	const state = (preset: Preset<S>) => join(write(schema, { ...initial(schema), ...preset.state }, `${id}.`));
	const found = presets.map((p) => ({ name: p.name, note: p.note, state: state(p) }));
	getContext<Described | undefined>(key)?.presets.push(...found);
}

/** The parts that the frame of every explorer has. */
const frame = [
	['predict', 'The prediction first'],
	['examples', 'The examples'],
	['formula', 'The formula'],
	['code', 'The code'],
	['tables', 'The tables'],
] as const;

/** The name of a control or picture, for its attribute data-part. Call it while the component is made. */
export function part(label: string): string {
	const name = partName(label);
	if (import.meta.env.SSR) {
		const parts = getContext<Described | undefined>(key)?.parts;
		const known = parts?.find((p) => p.name === name);
		if (known && !known.labels.includes(label)) known.labels.push(label);
		if (!known) parts?.push({ name, labels: [label] });
	}
	return name;
}

/** Makes a part of what has a name but no label: "chart" is called “The chart”. */
export function named(name: string): void {
	const parts = getContext<Described | undefined>(key)?.parts;
	if (parts?.every((p) => p.name !== name)) parts.push({ name, labels: [`The ${name}`] });
}

/** The name of a picture, to which the charts within belong. */
export function picturePart(title: string): string {
	const name = part(title);
	setContext(pictured, true);
	return name;
}

/** The name of a chart; none in a picture, which has its own. */
export function chartPart(label: string): string | undefined {
	return getContext(pictured) ? undefined : part(label);
}

/** The first words of a label, up to "of" or a sign: "Logit of cat" is "logit", "q, the model" is "q". */
export function partName(label: string): string {
	const head = label.split(/ of |[,:;(–—−‖{]/)[0]!;
	return (
		head
			.toLowerCase()
			.replace(/[^a-z0-9]+/g, '-')
			.replace(/^-|-$/g, '')
			.slice(0, 40) || 'part'
	);
}

/** Hides the parts of an element that names() names, whatever they are and whenever they come. */
export function hiding(names: () => readonly string[]): (node: HTMLElement) => () => void {
	return (node) => {
		const sheet = new CSSStyleSheet();
		const parts = names().map((name) => `[data-part="${name}"]`);
		if (parts.length > 0) sheet.replaceSync(`#${node.id} :is(${parts.join()}) { display: none !important; }`);
		document.adoptedStyleSheets.push(sheet);
		return () => {
			document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
		};
	};
}
