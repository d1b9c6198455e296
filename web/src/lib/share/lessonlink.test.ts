import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { text, word } from './codec';
import { longest } from './lesson';
import { lessonLink, readLesson, type Lesson } from './lessonlink';

const explorers = [
	{ path: 'learn/1-code/', id: 'e0' },
	{ path: 'learn/1-code/', id: 'e1' },
	{ path: 'learn/4-kl/', id: 'e4' },
];

/** What a question looks like once it was typed: trimmed, without control characters, not too long. */
const question = fc
	.string({ unit: 'binary', maxLength: longest })
	.map((s) => text('', longest).read(s)!.value);

const lessons: fc.Arbitrary<Lesson> = fc.constantFrom(...explorers).chain(({ path, id }) =>
	fc.record({
		path: fc.constant(path),
		id: fc.constant(id),
		state: fc
			.array(fc.tuple(fc.stringMatching(/^[a-z]{1,6}$/), fc.string()))
			.map((pairs) =>
				pairs
					.filter(([key]) => key !== 'ask' && key !== 'hide')
					.map(([key, value]) => [`${id}.${key}`, value] as const),
			),
		ask: question,
		hide: fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/), { maxLength: 8 }),
	}),
);

describe('a lesson in a link', () => {
	test('comes back exactly, wherever the site is served', () => {
		fc.assert(
			fc.property(
				lessons,
				fc.constantFrom('', 'http://127.0.0.1:8080/', 'https://example.org/some/path/'),
				(lesson, root) => {
					// Without state, question or hidden parts the link names the page, and the first explorer on it is meant.
					fc.pre(
						lesson.id !== 'e1' || lesson.state.length > 0 || lesson.ask !== '' || lesson.hide.length > 0,
					);
					expect(readLesson(root + lessonLink(lesson), explorers)).toEqual(lesson);
				},
			),
		);
	});

	test('keeps the unit, and leaves out what belongs to another explorer', () => {
		const link = 'http://x/learn/1-code/#v1;unit=bits;theme=dark;cost.p=0.5;e1.z=2,1;e0.n=3;e0.hide=code';
		expect(readLesson(link, explorers.slice(1))).toEqual({
			path: 'learn/1-code/',
			id: 'e1',
			state: [
				['unit', 'bits'],
				['e1.z', '2,1'],
			],
			ask: '',
			hide: [],
		});
	});

	test.each([
		['http://x/learn/4-kl/', 'e4', 'the page alone: its explorer as it begins'],
		['http://x/learn/4-kl/index.html#v1;e4.t=1', 'e4', 'a file’s name in the address'],
		[' learn/1-code/#v1;e1.z=1,2 \n', 'e1', 'spaces from copying, no host'],
		['http://x/learn/1-code/#e1', 'e1', 'the anchor of an explorer'],
	])('%s', (link, id, _why) => expect(readLesson(link, explorers.slice(1))).toMatchObject({ id }));

	test.each([
		['', /not the address/, 'nothing'],
		['hello', /not the address/, 'no link'],
		['http://x/teach/#v1;e4.t=1', /not the address/, 'a page without explorers'],
		['http://x/learn/4-kl/#directions', /no state/, 'the anchor of a heading'],
		['http://x/learn/4-kl/#v2;e4.t=1', /no state/, 'another version'],
	])('%s is refused in words', (link, why, _why) => expect(readLesson(link, explorers)).toMatch(why));

	test('never throws, whatever was pasted', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
				const found = readLesson(`${a}learn/4-kl/#v1;e4.ask=${b};e4.hide=${a}`, explorers);
				if (typeof found === 'string') return;
				expect(found.hide.every((name) => /^[a-z0-9-]+$/.test(name))).toBe(true);
				expect([...found.ask].length).toBeLessThanOrEqual(longest);
			}),
		);
	});
});

test('a text loses control characters and what is too long, and says so', () => {
	const field = text('', 5);
	expect(field.read('abc\nd')).toEqual({ value: 'abc\nd', clamped: false });
	expect(field.read('a\u0007b')).toEqual({ value: 'a b', clamped: false });
	expect(field.read('a\ud800b')?.value).toBe('a b');
	expect(field.read('abcd efg')).toEqual({ value: 'abcd', clamped: true });
	expect(field.read('abcdefg')).toEqual({ value: 'abcde', clamped: true });
	expect(field.read('😀😀😀😀😀😀')?.value).toBe('😀😀😀😀😀');
});

test('a name is of small letters, digits and hyphens', () => {
	expect(word('').read('move-q-to-p')).toEqual({ value: 'move-q-to-p', clamped: false });
	for (const bad of ['', 'A', 'a b', '"]{}', 'a'.repeat(41)]) expect(word('').read(bad)).toBeUndefined();
});
