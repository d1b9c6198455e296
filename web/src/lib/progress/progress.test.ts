import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dots } from './dots';
import { parse, ProgressError, write } from './parse';
import { answered, day, dueOn, empty, later, merge, waits, type ItemRecord, type Progress } from './progress';

const monday = '2026-11-23';

/** A record after answers given on days, each right or wrong. */
function after(...answers: [on: string, right: boolean][]): ItemRecord | undefined {
	let record: ItemRecord | undefined;
	for (const [on, right] of answers) record = answered(record, right, on);
	return record;
}

describe('days', () => {
	test.each([
		[monday, 1, '2026-11-24', 'the next'],
		['2026-12-31', 1, '2027-01-01', 'into the next year'],
		['2028-02-28', 1, '2028-02-29', 'a leap day'],
		['2027-02-28', 1, '2027-03-01', 'none'],
		['2026-10-24', 3, '2026-10-27', 'over the hour that the clocks go back'],
		['2026-03-28', 3, '2026-03-31', 'and forward'],
		[monday, 0, monday, 'the same'],
	])('%s and %i days: %s, %s', (from, days, want) => expect(later(from, days)).toBe(want));

	test('are those of the reader’s clock', () => {
		expect(day(new Date(2026, 10, 23, 0, 0, 0))).toBe(monday);
		expect(day(new Date(2026, 10, 23, 23, 59, 59))).toBe(monday);
		expect(day(new Date(2026, 0, 5))).toBe('2026-01-05');
	});
});

describe('a question', () => {
	test('that was never missed does not come back', () => {
		expect(after([monday, true])).toEqual({ known: true, on: monday, misses: 0 });
		expect(after([monday, true], ['2026-12-01', true])?.due).toBeUndefined();
	});

	test('that was missed comes back after 1, 3, 7 and 21 days, and then rests', () => {
		expect(waits).toEqual([1, 3, 7, 21]);
		const answers: [string, boolean][] = [[monday, false]];
		const seen: string[] = [];
		for (let i = 0; i < 4; i++) {
			const { due } = after(...answers)!;
			seen.push(due!);
			answers.push([due!, true]);
		}
		expect(seen).toEqual(['2026-11-24', '2026-11-27', '2026-12-04', '2026-12-25']);
		expect(after(...answers)).toEqual({ known: true, on: '2026-12-25', misses: 1 });
	});

	test('right before it is due keeps its day: soon after a miss is no proof', () => {
		expect(after([monday, false], [monday, true])).toEqual({
			known: true, on: monday, misses: 1, due: '2026-11-24', step: 0,
		}); // prettier-ignore
	});

	test('answered late waits from the day it was answered', () => {
		expect(after([monday, false], ['2026-12-01', true])?.due).toBe('2026-12-04');
	});

	test('missed again begins anew', () => {
		const record = after([monday, false], ['2026-11-24', true], ['2026-11-27', false]);
		expect(record).toEqual({ known: false, on: '2026-11-27', misses: 2, due: '2026-11-28', step: 0 });
	});

	test('that was known and is missed now comes back', () => {
		expect(after([monday, true], ['2026-12-01', false])?.due).toBe('2026-12-02');
	});
});

test('due are those whose day has come, the longest waiting first', () => {
	const due = (on: string): ItemRecord => ({ known: false, on: monday, misses: 1, due: on, step: 0 });
	const items = { b: due('2026-11-24'), a: due('2026-11-24'), c: due('2026-11-20'), d: due('2026-11-25') };
	expect(dueOn({ ...empty, items }, '2026-11-24')).toEqual(['c', 'a', 'b']);
	expect(dueOn({ ...empty, items }, '2026-11-19')).toEqual([]);
	expect(dueOn({ ...empty, items: { x: { known: true, on: monday, misses: 0 } } }, monday)).toEqual([]);
});

const aDay = fc
	.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
	.map((date) => date.toISOString().slice(0, 10));
const aRecord: fc.Arbitrary<ItemRecord> = fc.oneof(
	fc.record({ known: fc.boolean(), on: aDay, misses: fc.nat() }),
	fc.record({
		known: fc.boolean(),
		on: aDay,
		misses: fc.nat(),
		due: aDay,
		step: fc.nat({ max: waits.length - 1 }),
	}),
);
const aProgress: fc.Arbitrary<Progress> = fc.record({
	schema: fc.constant(1 as const),
	items: fc.dictionary(fc.string(), aRecord),
	pages: fc.dictionary(fc.string(), fc.record({ predicted: aDay, explored: aDay }, { requiredKeys: [] })),
});

describe('the stored form', () => {
	test('comes back as it was, whatever the ids', () =>
		fc.assert(
			fc.property(aProgress, (progress) => {
				expect(parse(write(progress))).toEqual(progress);
			}),
		));

	test('an id that names a part of every object is an id', () => {
		const text = '{"schema":1,"items":{"__proto__":{"known":true,"on":"2026-11-23","misses":0}},"pages":{}}';
		const { items } = parse(text);
		expect(Object.keys(items)).toEqual(['__proto__']);
		expect(Object.keys(merge(empty, parse(text)).items)).toEqual(['__proto__']);
	});

	test('fields of a later version are left out, and do no harm', () => {
		const text =
			'{"schema":1,"new":1,"items":{"a":{"known":true,"on":"2026-11-23","misses":0,"new":1}},"pages":{}}';
		expect(parse(text).items).toEqual({ a: { known: true, on: monday, misses: 0 } });
	});

	const item = (fields: string) => `{"schema":1,"items":{"kl-floor":{${fields}}},"pages":{}}`;
	const fine = '"known":true,"on":"2026-11-23","misses":0';
	test.each([
		['', 'holds no JSON', 'an empty file'],
		['{"schema":1', 'only a part', 'a file cut off'],
		['[]', 'no “schema”', 'a list'],
		['null', 'no “schema”', 'nothing'],
		['{"logits":[1,2]}', 'no “schema”', 'another file of the lab'],
		[
			'{"schema":2,"items":{},"pages":{}}',
			'newer version of the lab: its schema is 2, this page reads 1',
			'the future',
		],
		['{"schema":"1","items":{},"pages":{}}', 'schema is "1", want 1', 'a text for a number'],
		['{"schema":1,"pages":{}}', 'items is missing, want an object', 'no items'],
		['{"schema":1,"items":[],"pages":{}}', 'items is [], want an object', 'a list of items'],
		['{"schema":1,"items":{"a":1},"pages":{}}', 'items.a is 1', 'an item that is a number'],
		[
			item('"on":"2026-11-23","misses":0'),
			'items.kl-floor.known is missing, want true or false',
			'half an item',
		],
		[
			item('"known":true,"on":"soon","misses":0'),
			'items.kl-floor.on is "soon", want a day',
			'a word for a day',
		],
		[item('"known":true,"on":"2026-02-30","misses":0'), 'on is "2026-02-30"', 'a day that is none'],
		[item('"known":true,"on":"2026-11-23","misses":-1'), 'misses is -1', 'less than never'],
		[item('"known":true,"on":"2026-11-23","misses":0.5'), 'misses is 0.5', 'half a miss'],
		[
			item(fine + ',"due":"2026-11-24","step":4'),
			'step is 4, want a whole number below 4',
			'beyond the last wait',
		],
		[item(fine + ',"due":"2026-11-24"'), 'step is missing', 'a day without its wait'],
		[
			'{"schema":1,"items":{},"pages":{"x":{"predicted":true}}}',
			'pages.x.predicted is true',
			'a page without a day',
		],
		[' '.repeat(2 ** 20 + 1), 'too large', 'a file of a megabyte'],
	])('%#: “%s” is refused with “%s”: %s', (text, message) => {
		expect(() => parse(text)).toThrow(ProgressError);
		expect(() => parse(text)).toThrow(message);
	});
});

describe('two of them together', () => {
	const known = (on: string): ItemRecord => ({ known: true, on, misses: 0 });

	test('the later answer counts, of a page the earlier day', () => {
		const a: Progress = {
			schema: 1,
			items: { a: known('2026-11-20'), b: known('2026-11-22') },
			pages: { x: { predicted: '2026-11-20', explored: '2026-11-22' } },
		};
		const b: Progress = {
			schema: 1,
			items: { a: known('2026-11-21'), b: known('2026-11-21'), c: known('2026-11-01') },
			pages: { x: { predicted: '2026-11-21', explored: '2026-11-21' }, y: { predicted: '2026-11-01' } },
		};
		const both = {
			schema: 1,
			items: { a: known('2026-11-21'), b: known('2026-11-22'), c: known('2026-11-01') },
			pages: { x: { predicted: '2026-11-20', explored: '2026-11-21' }, y: { predicted: '2026-11-01' } },
		};
		expect(merge(a, b)).toEqual(both);
		expect(merge(b, a)).toEqual(both);
	});

	test('nothing is lost, and reading a file twice changes nothing', () =>
		fc.assert(
			fc.property(aProgress, aProgress, (a, b) => {
				const once = merge(a, b);
				expect(merge(once, b)).toEqual(once);
				expect(Object.keys(once.items).sort()).toEqual(
					[...new Set([...Object.keys(a.items), ...Object.keys(b.items)])].sort(),
				);
			}),
		));
});

describe('the dots of a page', () => {
	const known: ItemRecord = { known: true, on: monday, misses: 0 };

	test('are empty, and say nothing, where nothing was done', () => {
		expect(dots(empty, 'learn/4-kl/', ['a', 'b'])).toEqual({ done: [false, false, false], words: '' });
	});

	test('are filled by evidence, the third by all questions of the page', () => {
		const some: Progress = {
			schema: 1,
			items: { a: known, b: { ...known, known: false } },
			pages: { 'learn/4-kl/': { predicted: monday } },
		};
		expect(dots(some, 'learn/4-kl/', ['a', 'b'])).toEqual({
			done: [true, false, false],
			words: 'predicted, 1 of 2 questions answered',
		});
		expect(dots(some, 'learn/4-kl/', ['a']).done).toEqual([true, false, true]);
		expect(dots(some, 'learn/1-code/', []).done).toEqual([false, false, false]);
	});
});
