// What a reader has predicted, explored and answered, and when a missed question comes back. Pure functions of data
// and days; where they are kept is store.ts.

/** A day of the reader's calendar: "2026-11-23". */
export type Day = string;

/** What is known of one question. */
export interface ItemRecord {
	/** Whether the last answer that counted was right: the first one each time the question is asked. */
	readonly known: boolean;
	/** The day of that answer. */
	readonly on: Day;
	/** How often it was missed. */
	readonly misses: number;
	/** When it is to be asked again; once missed, until it was right after the longest wait. */
	readonly due?: Day;
	/** Which of the waits that is. */
	readonly step?: number;
}

/** What was done on a page: the day of each first time. */
export interface PageRecord {
	readonly predicted?: Day;
	readonly explored?: Day;
}

export type Evidence = keyof PageRecord;

/** All of it, as it is stored and exported. Questions and pages that this version does not know are kept. */
export interface Progress {
	readonly schema: typeof schema;
	readonly items: Readonly<Record<string, ItemRecord>>;
	/** By the address below the site's root: "learn/4-kl/". */
	readonly pages: Readonly<Record<string, PageRecord>>;
}

/** The version of the stored form. */
export const schema = 1;

/** How many days a missed question rests: after the miss, then after each time it was right when due. */
export const waits = [1, 3, 7, 21] as const;

export const empty: Progress = { schema, items: {}, pages: {} };

/** The day of a moment, where the reader is. */
export function day(moment: Date): Day {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${String(moment.getFullYear()).padStart(4, '0')}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** The day so many days later; a calendar's days, whatever their hours. */
export function later(from: Day, days: number): Day {
	const [year = 0, month = 1, date = 1] = from.split('-').map(Number);
	return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/**
 * The record after an answer that counts.
 *
 * A miss starts the waits anew. Right when due takes the next, longer wait; after the last one the question rests for
 * good. Right when not due changes no date: knowing it an hour after a miss is no proof that it stays.
 */
export function answered(before: ItemRecord | undefined, right: boolean, today: Day): ItemRecord {
	const misses = before?.misses ?? 0;
	if (!right) return { known: false, on: today, misses: misses + 1, due: later(today, waits[0]), step: 0 };
	const record = { known: true, on: today, misses };
	if (before?.due === undefined) return record;
	const step = before.step ?? 0;
	if (before.due > today) return { ...record, due: before.due, step };
	const wait = waits[step + 1];
	return wait === undefined ? record : { ...record, due: later(today, wait), step: step + 1 };
}

/** The questions that are due on a day, those that have waited longest first. */
export function dueOn({ items }: Progress, today: Day): string[] {
	return Object.entries(items)
		.filter(([, record]) => record.due !== undefined && record.due <= today)
		.sort(([a, x], [b, y]) => (x.due! < y.due! ? -1 : x.due! > y.due! ? 1 : a < b ? -1 : 1))
		.map(([id]) => id);
}

/** Both together: of a question the record of the later day, of a page the earlier day. */
export function merge(a: Progress, b: Progress): Progress {
	return {
		schema,
		items: joined(a.items, b.items, (x, y) => (x.on <= y.on ? y : x)),
		pages: joined(a.pages, b.pages, (x, y) =>
			joined(x as Record<string, Day>, y as Record<string, Day>, (d, e) => (d < e ? d : e)),
		),
	};
}

/** The entries of both, and one of two for each name that both have. */
function joined<T>(
	a: Readonly<Record<string, T>>,
	b: Readonly<Record<string, T>>,
	choose: (x: T, y: T) => T,
): Record<string, T> {
	const all = new Map(Object.entries(a));
	for (const [name, y] of Object.entries(b)) {
		const x = all.get(name);
		all.set(name, x === undefined ? y : choose(x, y));
	}
	return Object.fromEntries(all);
}
