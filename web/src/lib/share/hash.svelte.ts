import { getContext, onDestroy, onMount, setContext, untrack } from 'svelte';
import { paced } from '../section.svelte';
import { initial, join, read, split, write, type Schema } from './codec';

const key = Symbol('address');

/** A part of the page's state that is in the address. */
interface Part {
	readonly owns: (name: string) => boolean;
	readonly write: () => [string, string][];
	/** Takes its pairs from the address; returns notices. */
	readonly read: (pairs: [string, string][]) => string[];
}

/** How long the state must rest before the address follows it, and before a change counts as one step of undo. */
export const rest = 250;

/**
 * The address of the page, kept in step with the state of its explorers: each registers its part,
 * and a change of any of them is written once the reader's hand rests, without an entry in the history.
 */
export class Address {
	/** What could not be taken from the address as it was written. */
	notices: string[] = $state([]);
	/** The fragment that describes the present state. */
	readonly fragment = $derived.by(() => {
		const pairs = [...this.#parts].flatMap((part) => part.write());
		return join([...pairs, ...this.#unknown]);
	});
	#parts: Set<Part> = $state.raw(new Set());
	#unknown: [string, string][] = $state.raw([]);
	#started = false;

	add(part: Part): () => void {
		untrack(() => (this.#parts = new Set([...this.#parts, part])));
		if (this.#started) untrack(() => this.take());
		return () => {
			this.#parts = new Set([...this.#parts].filter((p) => p !== part));
		};
	}

	/** Takes the state from the address, if it holds one; the anchor of a heading is none. */
	take(): void {
		const pairs = split(location.hash);
		if (!pairs) {
			if (/^#v\d+;/.test(location.hash))
				this.notices = ['This link was made by another version of the page; it shows its default state.'];
			return;
		}
		this.notices = [...this.#parts].flatMap((part) => part.read(pairs));
		this.#unknown = pairs.filter(([name]) => ![...this.#parts].some((part) => part.owns(name)));
	}

	/** Call once, when every part has registered. */
	start(): () => void {
		this.#started = true;
		this.take();
		const follow = () => {
			this.take();
			lead();
		};
		addEventListener('hashchange', follow);
		return () => removeEventListener('hashchange', follow);
	}

	/** Writes the state into the address once it rests. Returns the timer that will. */
	follow(): ReturnType<typeof setTimeout> | undefined {
		const { fragment } = this;
		const now = location.hash;
		if (fragment === now || (fragment === '' && !split(now))) return undefined;
		return setTimeout(
			() => history.replaceState(history.state, '', fragment || location.pathname + location.search),
			rest,
		);
	}

	/** The whole link to the present state. */
	link(): string {
		return location.href.split('#')[0] + this.fragment;
	}
}

/** A link to a state of this page leads to the explorer whose state it is. */
function lead(): void {
	const [id] =
		split(location.hash)
			?.find(([name]) => name.includes('.'))?.[0]
			.split('.') ?? [];
	const title = document.getElementById(`${id}-title`);
	title?.closest('section')?.scrollIntoView();
	title?.focus({ preventScroll: true });
}

/** Makes the address of a page. Its parts find it with useAddress; startAddress begins once they have registered. */
export function provideAddress(): Address {
	return setContext(key, new Address());
}

/** Takes the state from the address and keeps both in step. Call last in the outermost component. */
export function startAddress(address: Address): void {
	onMount(() => address.start());
	let timer: ReturnType<typeof setTimeout> | undefined;
	paced(() => {
		clearTimeout(timer);
		timer = address.follow();
	});
	onDestroy(() => clearTimeout(timer));
}

export function useAddress(): Address {
	return getContext(key);
}

/** A single value of the page that is in the address: get and set are the state's own. */
export function shareValue<T>(
	name: string,
	schema: Schema<{ value: T }>,
	get: () => T,
	set: (value: T) => void,
): void {
	const address = useAddress();
	$effect(() =>
		address.add({
			owns: (other) => other === name,
			write: () => write(schema, { value: get() }).map(([, text]) => [name, text]),
			read(pairs) {
				const own = pairs.filter(([k]) => k === name).map(([, v]) => ['value', v] as const);
				const { state, notices } = read(schema, own);
				set(state.value);
				return notices;
			},
		}),
	);
}

/**
 * The state of an explorer: shared in the address under its prefix, with reset and undo.
 * repair mends a state whose values are each in range but do not fit together, and says what it did.
 */
export class Shared<S extends object> {
	readonly id: string;
	readonly schema: Schema<S>;
	current: S = $state()!;
	#past: string[] = $state([]);
	#settled: string;
	/** The state as it was when last looked at. */
	#seen: string = $state('');
	readonly #pairs = $derived.by(() => write(this.schema, this.current));
	/** The state as it stands in an address, without its prefix. */
	readonly text = $derived.by(() => join(this.#pairs));

	constructor(id: string, schema: Schema<S>, repair: (state: S) => string[] = () => []) {
		this.id = id;
		this.schema = schema;
		this.current = initial(schema);
		this.#settled = '';
		const prefix = `${id}.`;
		const address = useAddress();
		$effect(() =>
			address.add({
				owns: (name) => name.startsWith(prefix) && name.slice(prefix.length) in schema,
				write: () => this.#pairs.map(([name, value]) => [prefix + name, value]),
				read: (pairs) => {
					const { state, notices } = read(schema, pairs, prefix);
					const mended = repair(state);
					this.current = state;
					return [...notices, ...mended];
				},
			}),
		);
		// A change becomes a step of undo once the hand rests.
		let timer: ReturnType<typeof setTimeout> | undefined;
		paced(() => {
			clearTimeout(timer);
			this.#seen = this.text;
			if (this.text !== this.#settled) timer = setTimeout(() => this.#settle(), rest);
		});
		onDestroy(() => clearTimeout(timer));
	}

	/** Whether there is something to undo. */
	get canUndo(): boolean {
		return this.#past.length > 0 || this.#seen !== this.#settled;
	}

	/** Whether it is the state the page began with. */
	get pristine(): boolean {
		return this.#seen === '';
	}

	/** Whether everything that pairs name, without the prefix, is as they say. */
	shows(pairs: readonly (readonly [string, string])[]): boolean {
		return pairs.every(([name, text]) => {
			const key = name as keyof S;
			return this.schema[key].write(this.current[key]) === text;
		});
	}

	/** Sets what pairs name, without the prefix, and leaves the rest. */
	take(pairs: readonly (readonly [string, string])[]): void {
		const { state } = read(this.schema, pairs);
		for (const [name] of pairs) this.current[name as keyof S] = state[name as keyof S];
	}

	/** Sets some values of the state, and leaves the rest. */
	set(some: Partial<S>): void {
		Object.assign(this.current, some);
	}

	/** Takes the last step back. */
	undo(): void {
		this.#settle();
		const before = this.#past.pop();
		if (before === undefined) return;
		this.#settled = before;
		this.current = read(this.schema, split(before) ?? []).state;
	}

	/** Back to the state the page began with; undo brings the present one back. */
	reset(): void {
		this.#settle();
		this.current = initial(this.schema);
	}

	#settle(): void {
		if (this.text === this.#settled) return;
		this.#past.push(this.#settled);
		this.#settled = this.text;
	}
}
