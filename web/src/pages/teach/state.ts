import { list, text, word, type Field, type Schema } from '../../lib/share/codec';
import { lessonFields } from '../../lib/share/lesson';

/** The state of the page: the lesson that is being made, and the sheet. */
export interface State {
	/** The explorer; empty for the first. */
	on: string;
	/** Its state as a fragment; empty for the one it opens with. */
	state: string;
	ask: string;
	hide: string[];
	title: string;
	/** The lessons on the sheet, as addresses below the site's root. */
	sheet: string[];
}

/** An address within a list, whose commas are its own. */
const address: Field<string> = {
	initial: '',
	write: encodeURIComponent,
	read(from) {
		try {
			const value = decodeURIComponent(from);
			return /^[a-z0-9/-]+(#|$)/.test(value) ? { value, clamped: false } : undefined;
		} catch {
			return undefined;
		}
	},
};

export const schema: Schema<State> = {
	on: word(''),
	state: text('', 4000),
	...lessonFields,
	title: text('', 120),
	sheet: list(address, [], 0, 40),
};
