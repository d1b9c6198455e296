// The state of a page as the fragment of its address:
//
//	#v1;unit=bits;e1.z=2,1,0;e1.y=1
//
// A state has a schema: one Field per key. Only what differs from the initial state is written, so links are
// short. Reading never throws: what cannot be read keeps its initial value, what lies outside its range is
// moved into it, both are told in a notice, and keys that no schema knows are kept as they are.

/** How one value of a state is written and read. */
export interface Field<T> {
	readonly initial: T;
	write(value: T): string;
	/** The value, moved into its range if need be; undefined if the text is none. */
	read(text: string): { value: T; clamped: boolean } | undefined;
}

/** A schema: a field for each key of the state S. */
export type Schema<S> = { readonly [K in keyof S]: Field<S[K]> };

/** The version of the grammar above. */
export const version = 'v1';

/** A number from min to max; "inf" and "-inf" where the range has them. */
export function number(initial: number, min: number, max: number): Field<number> {
	return {
		initial,
		write: writeNumber,
		read(text) {
			const value = readNumber(text);
			if (value === undefined) return undefined;
			const inside = Math.min(max, Math.max(min, value));
			return { value: inside, clamped: inside !== value };
		},
	};
}

/** A whole number from min to max. */
export function integer(initial: number, min: number, max: number): Field<number> {
	const any = number(initial, min, max);
	return {
		...any,
		read(text) {
			const found = any.read(text);
			if (!found || !Number.isInteger(found.value)) return undefined;
			return found;
		},
	};
}

/** A list of min to max values, separated by commas. A list too long is cut, one too short is unreadable. */
export function list<T>(item: Field<T>, initial: readonly T[], min: number, max: number): Field<T[]> {
	return {
		initial: [...initial],
		write: (values) => values.map((v) => item.write(v)).join(','),
		read(text) {
			const found = text === '' ? [] : text.split(',').map((part) => item.read(part));
			if (found.length < min) return undefined;
			const values: T[] = [];
			let clamped = found.length > max;
			for (const one of found.slice(0, max)) {
				if (!one) return undefined;
				values.push(one.value);
				clamped ||= one.clamped;
			}
			return { value: values, clamped };
		},
	};
}

/** One of some words. */
export function choice<T extends string>(initial: T, words: readonly T[]): Field<T> {
	return {
		initial,
		write: (value) => value,
		read(text) {
			const value = words.find((word) => word === text);
			return value === undefined ? undefined : { value, clamped: false };
		},
	};
}

/** True or false, as 1 or 0. */
export function flag(initial: boolean): Field<boolean> {
	return {
		initial,
		write: (value) => (value ? '1' : '0'),
		read: (text) => (text === '1' || text === '0' ? { value: text === '1', clamped: false } : undefined),
	};
}

/** Any text up to so many characters, without control characters and half ones; a longer one is cut. */
export function text(initial: string, max: number): Field<string> {
	return {
		initial,
		write: (value) => value,
		read(from) {
			const clean = from.replace(/(?!\n)[\p{Cc}\p{Cs}]/gu, ' ').trim();
			const value = [...clean].slice(0, max).join('').trimEnd();
			return { value, clamped: value !== clean };
		},
	};
}

/** A name: small letters, digits and hyphens. */
export function word(initial: string): Field<string> {
	return {
		initial,
		write: (value) => value,
		read: (from) => (/^[a-z0-9-]{1,40}$/.test(from) ? { value: from, clamped: false } : undefined),
	};
}

/** The initial state of a schema, fresh. */
export function initial<S>(schema: Schema<S>): S {
	const state: Partial<S> = {};
	for (const key of keys(schema)) state[key] = structuredClone(schema[key].initial);
	return state as S;
}

/** The pairs that say how a state differs from the initial one, each key with the prefix. */
export function write<S>(schema: Schema<S>, state: S, prefix = ''): [string, string][] {
	const pairs: [string, string][] = [];
	for (const key of keys(schema)) {
		const field = schema[key];
		const text = field.write(state[key]);
		if (text !== field.write(field.initial)) pairs.push([prefix + String(key), text]);
	}
	return pairs;
}

/** The state that pairs describe, and a notice for each value that was not as written. */
export function read<S>(
	schema: Schema<S>,
	pairs: readonly (readonly [string, string])[],
	prefix = '',
): { state: S; notices: string[] } {
	const state = initial(schema);
	const notices: string[] = [];
	for (const key of keys(schema)) {
		const name = prefix + String(key);
		const pair = pairs.findLast(([k]) => k === name);
		if (!pair) continue;
		const found = schema[key].read(pair[1]);
		if (!found) notices.push(`${name}=${pair[1]} cannot be read and was left out`);
		else {
			state[key] = found.value;
			if (found.clamped)
				notices.push(`${name}=${pair[1]} is out of range and became ${schema[key].write(found.value)}`);
		}
	}
	return { state, notices };
}

/** The fragment of an address, with its "#"; empty if there is nothing to say. */
export function join(pairs: readonly (readonly [string, string])[]): string {
	if (pairs.length === 0) return '';
	return '#' + [version, ...pairs.map(([k, v]) => `${escape(k)}=${escape(v)}`)].join(';');
}

/** The pairs of a fragment; undefined if it is no state of this version but, say, the anchor of a heading. */
export function split(fragment: string): [string, string][] | undefined {
	const [head, ...parts] = fragment.replace(/^#/, '').split(';');
	if (head !== version) return undefined;
	return parts.filter(Boolean).map((part) => {
		const at = part.indexOf('=');
		return at < 0 ? [unescape(part), ''] : [unescape(part.slice(0, at)), unescape(part.slice(at + 1))];
	});
}

function keys<S>(schema: Schema<S>): (keyof S)[] {
	return Object.keys(schema) as (keyof S)[];
}

function writeNumber(value: number): string {
	if (value === Infinity) return 'inf';
	if (value === -Infinity) return '-inf';
	return String(value + 0); // -0 is 0
}

function readNumber(text: string): number | undefined {
	if (text === 'inf') return Infinity;
	if (text === '-inf') return -Infinity;
	if (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
	return Number(text) + 0;
}

/** Percent-encodes what the grammar, or an address, gives a meaning; the rest stays readable. */
function escape(text: string): string {
	const quotes = (c: string) => '%' + c.charCodeAt(0).toString(16);
	return text.replace(/[^\w.,:+-]+/gu, (part) => encodeURIComponent(part).replace(/[!'()*~]/g, quotes));
}

function unescape(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text; // a stray % is itself
	}
}
