// A lesson in a link: an explorer in a state, a question above it, and some of its parts hidden.
//
//	learn/4-kl/#v1;unit=bits;e4.q=0.5,0.3,0.2;e4.ask=Where%20is%20q%3F;e4.hide=formula,code
//
// The explorer takes ask and hide from the address by itself, as it does its state (see lib/Explorer.svelte).

import { list, text, word, type Field } from './codec';

/** The longest question. */
export const longest = 600;

/** The keys of a lesson, after the prefix of the explorer. */
export const lessonFields = {
	ask: text('', longest),
	hide: list(word(''), [], 0, 60),
} satisfies Record<string, Field<unknown>>;
