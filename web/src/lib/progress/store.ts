import { parse, ProgressError, write } from './parse';
import { answered, day, empty, type Day, type Evidence, type Progress } from './progress';

/** Where it is kept; what could not be read is kept beside it. */
const place = 'xent-progress';
const aside = `${place}-unreadable`;

/**
 * The reader's progress, kept in this browser. It is read anew before each change, so that two tabs do not undo
 * each other; where nothing may be stored it lasts as long as the page.
 */
class Store {
	/** Why what was stored could not be read; it was put aside then, not lost. */
	trouble = '';
	#now: Progress = empty;
	readonly #listeners = new Set<() => void>();

	/** Today; the clock of the page, which tests set. */
	get today(): Day {
		return day(new Date());
	}

	get current(): Progress {
		let text: string | null = null;
		try {
			text = localStorage.getItem(place);
			if (text !== null) this.#now = parse(text);
		} catch (error) {
			if (error instanceof ProgressError) this.#putAside(text!, error);
			// Otherwise nothing may be stored here: what is known of this page has to do.
		}
		return this.#now;
	}

	#putAside(text: string, { message }: ProgressError): void {
		this.trouble = message;
		this.#now = empty;
		try {
			localStorage.setItem(aside, text);
			localStorage.removeItem(place);
		} catch {
			// Full: it stays where it is until something is kept in its place.
		}
	}

	set(to: Progress): void {
		this.#now = to;
		try {
			localStorage.setItem(place, write(to));
		} catch {
			// Full or forbidden: it lasts as long as the page.
		}
		for (const listener of this.#listeners) listener();
	}

	/** Forgets everything. */
	clear(): void {
		this.set(empty);
	}

	/** Keeps that something was done on a page. */
	saw(path: string, what: Evidence): void {
		const now = this.current;
		if (now.pages[path]?.[what]) return;
		this.set({ ...now, pages: { ...now.pages, [path]: { ...now.pages[path], [what]: this.today } } });
	}

	/** Keeps an answer that counts. */
	answer(id: string, right: boolean): void {
		const now = this.current;
		this.set({ ...now, items: { ...now.items, [id]: answered(now.items[id], right, this.today) } });
	}

	/** Calls listener after each change, in this tab or another. Returns what ends it. */
	subscribe(listener: () => void): () => void {
		const other = (event: StorageEvent) => event.key === place && listener();
		this.#listeners.add(listener);
		addEventListener('storage', other);
		return () => {
			this.#listeners.delete(listener);
			removeEventListener('storage', other);
		};
	}
}

export const progress = new Store();
