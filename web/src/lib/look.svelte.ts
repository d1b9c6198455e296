import { onMount } from 'svelte';
import { choice } from './share/codec';
import { shareValue } from './share/hash.svelte';

/**
 * How the reader wants pages to look: one of some words, the first of which leaves it to the system. It is kept on the
 * root element as data-NAME, for style sheets, and in storage; early.js sets it before the first paint. What an
 * address asks for is shown, not stored. Make it while a component is made.
 */
export class Look<T extends string> {
	now: T = $state()!;
	/** What comes after it, in turn. */
	readonly next: T = $derived.by(
		() => this.#words[(this.#words.indexOf(this.now) + 1) % this.#words.length]!,
	);
	#name: string;
	#words: readonly T[];
	#shared: T = $state()!;

	constructor(name: string, words: readonly [T, ...T[]]) {
		this.#name = name;
		this.#words = words;
		const [system] = words;
		this.now = this.#shared = system;
		onMount(() => {
			const found = document.documentElement.dataset[name];
			this.now = words.find((word) => word === found) ?? system;
		});
		shareValue(
			name,
			{ value: choice<T>(system, words) },
			() => this.#shared,
			(to) => {
				this.#shared = to;
				if (to !== system) this.#show(to);
			},
		);
	}

	/** Takes a word and stores it. */
	choose(to: T): void {
		this.#show(to);
		this.#shared = this.#words[0]!;
		try {
			if (to === this.#words[0]) localStorage.removeItem(`xent-${this.#name}`);
			else localStorage.setItem(`xent-${this.#name}`, to);
		} catch {
			// No storage: the choice lasts as long as the page.
		}
	}

	#show(to: T): void {
		this.now = to;
		const { dataset } = document.documentElement;
		if (to === this.#words[0]) delete dataset[this.#name];
		else dataset[this.#name] = to;
	}
}
