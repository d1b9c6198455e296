import { day, schema, waits, type ItemRecord, type PageRecord, type Progress } from './progress';

/** Says what is wrong with a text that should hold a reader's progress, and where. */
export class ProgressError extends Error {
	override readonly name = 'ProgressError';
}

/** More than any reader's progress; a larger file is something else. */
export const maxBytes = 1 << 20;

/**
 * Reads progress from its stored form. Fields that this version does not know are left out; questions and pages
 * that it does not know are kept, for a version that does.
 *
 * Errors: a ProgressError that names the place, what stands there and what should.
 */
export function parse(text: string): Progress {
	if (text.length > maxBytes) throw new ProgressError('This is no progress of the lab: it is too large.');
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new ProgressError('This is no progress of the lab: it holds no JSON, or only a part of it.');
	}
	if (!isObject(value) || !('schema' in value))
		throw new ProgressError('This is no progress of the lab: it has no “schema”.');
	if (typeof value.schema === 'number' && value.schema > schema)
		throw new ProgressError(
			`This was written by a newer version of the lab: its schema is ${value.schema}, this page reads ${schema}.`,
		);
	if (value.schema !== schema) throw wrong('schema', value.schema, String(schema));
	return {
		schema,
		items: table(value.items, 'items', readItem),
		pages: table(value.pages, 'pages', readPage),
	};
}

/** The stored form, as a file that people can read. */
export function write(progress: Progress): string {
	return JSON.stringify(progress, null, '\t') + '\n';
}

function readItem(value: Fields, place: string): ItemRecord {
	const { known, on, misses, due, step } = value;
	if (typeof known !== 'boolean') throw wrong(`${place}.known`, known, 'true or false');
	if (!isCount(misses)) throw wrong(`${place}.misses`, misses, 'a whole number');
	if (due === undefined) return { known, on: readDay(on, `${place}.on`), misses };
	if (!isCount(step) || step >= waits.length)
		throw wrong(`${place}.step`, step, `a whole number below ${waits.length}`);
	return { known, on: readDay(on, `${place}.on`), misses, due: readDay(due, `${place}.due`), step };
}

function readPage({ predicted, explored }: Fields, place: string): PageRecord {
	return {
		...(predicted !== undefined && { predicted: readDay(predicted, `${place}.predicted`) }),
		...(explored !== undefined && { explored: readDay(explored, `${place}.explored`) }),
	};
}

type Fields = Readonly<Record<string, unknown>>;

function table<T>(value: unknown, place: string, read: (v: Fields, place: string) => T): Record<string, T> {
	if (!isObject(value)) throw wrong(place, value, 'an object');
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => {
			if (!isObject(entry)) throw wrong(`${place}.${key}`, entry, 'an object');
			return [key, read(entry, `${place}.${key}`)];
		}),
	);
}

/** A day that the calendar has: the 30th of February is none. */
function readDay(value: unknown, place: string): string {
	const [year, month, date] = /^\d{4}-\d\d-\d\d$/.test(String(value))
		? String(value).split('-').map(Number)
		: [];
	if (typeof value !== 'string' || !year || day(new Date(year, month! - 1, date)) !== value)
		throw wrong(place, value, 'a day such as 2026-11-23');
	return value;
}

function wrong(place: string, found: unknown, want: string): ProgressError {
	const shown = found === undefined ? 'missing' : JSON.stringify(found).slice(0, 40);
	return new ProgressError(`The progress cannot be read: ${place} is ${shown}, want ${want}.`);
}

function isObject(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}
