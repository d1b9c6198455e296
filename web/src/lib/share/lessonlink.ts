import { join, split } from './codec';
import { lessonFields } from './lesson';

/** What a lesson's link holds (see lesson.ts). */
export interface Lesson {
	/** The page of the explorer below the site's root: "learn/4-kl/". */
	readonly path: string;
	/** The explorer: "e4". */
	readonly id: string;
	/** Its state and the unit, as the pairs of a link. */
	readonly state: readonly (readonly [string, string])[];
	readonly ask: string;
	readonly hide: readonly string[];
}

/** The address of a lesson below the site's root. */
export function lessonLink({ path, id, state, ask, hide }: Lesson): string {
	const own: [string, string][] = [];
	if (ask !== '') own.push([`${id}.ask`, ask]);
	if (hide.length > 0) own.push([`${id}.hide`, hide.join(',')]);
	return path + join([...state, ...own]);
}

/**
 * The lesson in a link that someone copied: to any copy of the site, of any of the explorers given. The state of
 * other explorers on the page is left out. A string says why there is none.
 */
export function readLesson(
	link: string,
	explorers: readonly { readonly path: string; readonly id: string }[],
): Lesson | string {
	const [address = '', ...fragment] = link.trim().split('#');
	const here = explorers.filter(({ path }) => address.replace(/index\.html$/, '').endsWith(path));
	if (here.length === 0) return 'This is not the address of a page with an explorer.';
	const pairs = split(fragment.join('#')) ?? [];
	if (fragment.length > 0 && pairs.length === 0 && !here.some(({ id }) => id === fragment[0]))
		return 'The link has no state in it. Copy one from the explorer: “Copy a link”.';
	const found = here.find(({ id }) => pairs.some(([key]) => key.startsWith(`${id}.`))) ?? here[0]!;
	const own = (key: string) => pairs.findLast(([k]) => k === `${found.id}.${key}`)?.[1] ?? '';
	const lesson = [`${found.id}.ask`, `${found.id}.hide`];
	return {
		path: found.path,
		id: found.id,
		state: pairs.filter(([k]) => k === 'unit' || (k.startsWith(`${found.id}.`) && !lesson.includes(k))),
		ask: lessonFields.ask.read(own('ask'))?.value ?? '',
		hide: lessonFields.hide.read(own('hide'))?.value ?? [],
	};
}
