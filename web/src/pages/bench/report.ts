// A report of `xent eval --json`, read with care: it may be the worker's, or any file that somebody dropped.
// docs/report-schema.md says what the members are.

/** What a member must be; it returns what was read, or throws the path and what was wanted. */
type Of<T> = (value: unknown, path: string) => T;
type Made<S> = { readonly [K in keyof S]: S[K] extends Of<infer T> ? T : never };

function refuse(path: string, want: string): never {
	throw new Error(`${path === '' ? 'the file' : path} is not ${want}`);
}

const words: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

const number: Of<number> = (value, path) => {
	const read = typeof value === 'string' ? words[value] : value;
	return typeof read === 'number' ? read : refuse(path, 'a number');
};
const text: Of<string> = (value, path) => (typeof value === 'string' ? value : refuse(path, 'a text'));
const flag: Of<boolean> = (value, path) =>
	typeof value === 'boolean' ? value : refuse(path, 'true or false');

const list =
	<T>(one: Of<T>, most = 1e6): Of<readonly T[]> =>
	(value, path) =>
		Array.isArray(value) && value.length <= most
			? value.map((v: unknown, i) => one(v, `${path}[${i}]`))
			: refuse(path, `a list of at most ${most}`);

const pair: Of<readonly [number, number]> = (value, path) => {
	const [low, high, ...more] = list(number)(value, path);
	return low !== undefined && high !== undefined && more.length === 0 ? [low, high] : refuse(path, 'a pair');
};

const maybe =
	<T>(of: Of<T>): Of<T | undefined> =>
	(value, path) =>
		value === undefined || value === null ? undefined : of(value, path);

const record =
	<S extends Record<string, Of<unknown>>>(shape: S): Of<Made<S>> =>
	(value, path) => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(path, 'an object');
		const from = value as Record<string, unknown>;
		const made = Object.entries(shape).map(([name, of]) => [
			name,
			of(Object.hasOwn(from, name) ? from[name] : undefined, path === '' ? name : `${path}.${name}`),
		]);
		return Object.fromEntries(made) as Made<S>;
	};

const estimate = record({ value: number, se: number });
const file = record({
	path: text,
	member: maybe(text),
	format: text,
	dtype: text,
	rows: number,
	cols: number,
	bytes: number,
});

const surprise = record({
	row: number,
	label: number,
	loss: number,
	z: number,
	margin: number,
	top: list(record({ class: number, p: number })),
	scores: maybe(list(number, 1000)),
});

const shape = record({
	schema: number,
	partial: maybe(flag),
	rows: number,
	ignored: number,
	classes: number,
	binary: flag,
	names: maybe(list(text)),
	input: record({ kind: text, given: flag, reason: text }),
	loss: record({ nats: number, bits: number, se: number, ci95: pair, infinite: number, finite: number }),
	perplexity: number,
	perplexity_ci95: pair,
	accuracy: estimate,
	prior: record({ nats: number, uniform: number, skill: estimate }),
	soft_targets: maybe(record({ entropy: number, kl: number })),
	confidence: record({ entropy: number, gap: number, z: number, p: number }),
	per_class: list(
		record({
			class: number,
			name: maybe(text),
			rows: number,
			loss: number,
			contribution: number,
			recall: number,
			expected: number,
			z: number,
			differs: flag,
		}),
	),
	calibration: record({
		ece: number,
		null_mean: number,
		null_95: number,
		p: number,
		bins: list(record({ rows: number, confidence: number, accuracy: number, ci95: pair }), 1000),
	}),
	surprising: list(surprise, 10_000),
	surprising_given_doubt: list(surprise, 10_000),
	health: record({
		dtype: text,
		max_abs: number,
		rounding_bound: number,
		nan: number,
		pos_inf: number,
		neg_inf: number,
	}),
	feasible: record({ lower: number, fano: number, position: number }),
	warnings: list(record({ id: text, message: text, field: maybe(text) })),
	source: record({
		scores: file,
		labels: maybe(file),
		weights: maybe(file),
		notes: list(text),
		warnings: list(text),
	}),
});

/** A report, with the numbers that JSON lacks put in the place of their words. */
export type Report = ReturnType<typeof shape>;
export type Surprise = Report['surprising'][number];

/** The largest file that is taken for a report: one of a hundred thousand classes has 25 MB. */
export const largest = 64e6;

/** Reads a report; throws the sentence that says what is wrong with it. */
export function readReport(json: string): Report {
	let value: unknown;
	try {
		value = JSON.parse(json);
	} catch (cause) {
		throw new Error(`is no JSON: ${cause instanceof Error ? cause.message : ''}`, { cause });
	}
	const { schema } = record({ schema: maybe(number) })(value, '');
	if (schema === undefined) throw new Error('is no report of xent eval: it has no member schema');
	if (schema !== 1)
		throw new Error(`is a report of schema ${schema}, want 1: was it written by another version of xent?`);
	try {
		return shape(value, '');
	} catch (cause) {
		throw new Error(`is no report of xent eval: ${cause instanceof Error ? cause.message : ''}`, { cause });
	}
}
