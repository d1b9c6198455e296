import type { CodeView, Lab } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import type { Preset } from '../../../lib/Presets.svelte';
import { integer, list, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E0. */
export interface State {
	/** How often each symbol really comes, and how often the model says. */
	p: number[];
	q: number[];
	/** A message, symbol by symbol. */
	m: number[];
}

const bar = number(0, 0, 1);
const truth = [0.5, 0.25, 0.125, 0.125];
const even = [0.25, 0.25, 0.25, 0.25];

export const schema: Schema<State> = {
	p: list(bar, truth, limits.minClasses, limits.maxBars),
	q: list(bar, even, limits.minClasses, limits.maxBars),
	m: list(integer(0, 0, limits.maxBars - 1), [0, 1, 0, 2, 0, 1, 0, 3], 0, limits.maxMessage),
};

/** The names of so many symbols. */
export const letters = (count: number): string[] => [...'ABCDEF'].slice(0, count);

/** The numbers of the moment as literals of each language; the words are those made for q, where there are any. */
export function literals(lab: Lab, state: State, { model }: CodeView): Record<string, string> {
	const names = letters(state.p.length);
	const words = (quote: string) =>
		names
			.flatMap((name, i) =>
				model.lengths[i] === Infinity ? [] : [`${quote}${name}${quote}: "${model.words[i]}"`],
			)
			.join(', ');
	const [mean] = lab.format({ values: [model.mean], style: 'fixed', digits: 4 }).texts;
	const { bits } = model.text;
	return {
		p: state.p.join(', '),
		q: state.q.join(', '),
		words: words('"'),
		go_words: words("'"),
		message: state.m.map((i) => names[i]).join(''),
		json_bits: bits.replace('∞', '"Infinity"'),
		go_said: `${bits} bits, ${mean} a symbol on average`.replaceAll('∞', '+Inf'),
		np_said: `${bits} bits, ${mean} a symbol on average`.replaceAll('∞', 'inf'),
	};
}

/** Mends a state from a link: as many symbols in q as in p, both distributions, no symbol of the message without a bar. */
export function repair(lab: Lab, state: State): string[] {
	const said: string[] = [];
	const { length } = state.p;
	for (const name of ['p', 'q'] as const) {
		const values = Array.from({ length }, (_, i) => state[name][i] ?? 0);
		const weights = values.some((v) => v > 0) ? values : values.map(() => 1);
		const whole = lab.normalise({ values: weights });
		if (whole.changed || state[name].length !== length) said.push(`e0.${name} was scaled to fit`);
		state[name] = [...whole.values];
	}
	if (state.m.some((symbol) => symbol >= length)) {
		state.m = state.m.filter((symbol) => symbol < length);
		said.push('e0.m has symbols that do not exist; they were left out');
	}
	return said;
}

export const presets: readonly Preset<State>[] = [
	{
		name: 'A model that knows nothing',
		note: 'Equal words for all. Every message costs two bits a symbol, however predictable it is.',
		state: { p: truth, q: even },
	},
	{
		name: 'The right model',
		note: 'Both codes are the same. These probabilities are powers of ½, so whole bits lose nothing.',
		state: { p: truth, q: truth },
	},
	{
		name: 'Upside down',
		note: 'The shortest word for what hardly ever comes: the model’s code is longer than knowing nothing.',
		state: { p: truth, q: [0.125, 0.125, 0.25, 0.5] },
	},
	{
		name: 'An excluded symbol',
		note: 'The model has no word for D. The first D that comes cannot be sent at any length.',
		state: { p: truth, q: [0.5, 0.25, 0.25, 0] },
	},
	{
		name: 'Nine in ten',
		note: 'A word has at least one bit, while −log q asks for a sixth of one. Codes for blocks of symbols come as near as one likes.',
		state: { p: [0.9, 0.1], q: [0.9, 0.1], m: [0, 0, 0, 0, 1, 0, 0, 0] },
	},
];
