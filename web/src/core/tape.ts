/**
 * The tape: the memory that TypeScript and the WebAssembly core share for one call.
 * Its layout is that of cmd/xent-wasm; the core says what is written and read in which order.
 */

/** Carries one call over the tape. */
export type Call = <P, V>(
	name: string,
	params: P,
	write: (w: Writer, params: P) => void,
	read: (r: Reader) => V,
) => V;

/** How a record lies on the tape: its fields in order. */
export type Shape = readonly Field[];

interface Field {
	readonly name: string;
	/** It may be left out of parameters: a number, which is 0 then, or a list. */
	readonly optional: boolean;
	/** How many lists it is in: 1 for a list, 2 for a list of lists. */
	readonly lists: number;
	readonly kind: 'number' | 'boolean' | 'text' | 'constant' | 'record';
	readonly constants: readonly string[];
	readonly shape: Shape;
}

/**
 * The explorers of a core, which describes what they take and give, a line for each enumeration, record and explorer
 * (internal/labgen/shapes.go says how).
 */
export function bound<L>(call: Call): L {
	const known: Record<string, Shape | readonly string[]> = {};
	const functions: Record<string, unknown> = {};
	const nothing = () => {};
	for (const line of call('describe', undefined, nothing, (r) => r.text()).split('\n')) {
		const [head, ...rest] = line.split(' ') as [string, ...string[]];
		const name = head.slice(0, -1);
		if (head.endsWith('=')) known[name] = rest;
		else if (head.endsWith(':')) {
			const [takes, gives] = rest.map((record) => known[record] as Shape) as [Shape, Shape];
			const write = (w: Writer, params: Values) => w.record(params, takes);
			const read = (r: Reader) => r.record(gives);
			functions[name] = (params: Values) => call(name, params, write, read);
		} else known[head] = rest.map((field) => fieldOf(field, known));
	}
	return functions as L;
}

function fieldOf(text: string, known: Readonly<Record<string, Shape | readonly string[]>>): Field {
	const [, name, optional, lists, sign, type] = /^(\w+)(\??)(\**)([!$@]?)(\w*)$/.exec(
		text,
	)! as unknown as string[];
	const part = known[type!] ?? [];
	return {
		name: name!,
		optional: optional !== '',
		lists: lists!.length,
		kind:
			sign === '!'
				? 'boolean'
				: sign === '$'
					? 'text'
					: !sign
						? 'number'
						: typeof part[0] === 'string'
							? 'constant'
							: 'record',
		constants: part as readonly string[],
		shape: part as Shape,
	};
}

type Values = Readonly<Record<string, unknown>>;

/** A wrong parameter of an explorer, or a defect of the core. */
export class LabError extends Error {
	override readonly name = 'LabError';
	/** The explorer that was called: "crossEntropy". */
	readonly call: string;
	/** The parameter to correct: "logits[3]"; empty for a defect of the core. */
	readonly param: string;

	constructor(call: string, param: string, message: string, options?: ErrorOptions) {
		super(message, options);
		this.call = call;
		this.param = param;
	}
}

/** Writes parameters. What is not of the declared type throws before the core is called. */
export class Writer {
	slot = 0;
	char = 0;
	readonly #slots: Float64Array;
	readonly #text: Uint8Array;
	readonly #call: string;

	constructor(call: string, slots: Float64Array, text: Uint8Array) {
		this.#call = call;
		this.#slots = slots;
		this.#text = text;
	}

	number(value: number, param: string): void {
		if (typeof value !== 'number') this.#refuse(param, value, 'a number');
		this.#room(1, param);
		this.#slots[this.slot++] = value;
	}

	numbers(values: readonly number[], param: string): void {
		this.#length(values, param);
		const { slot } = this;
		this.#room(values.length, param);
		for (let i = 0; i < values.length; i++) {
			const value = values[i];
			if (typeof value !== 'number') this.#refuse(`${param}[${i}]`, value, 'a number');
			this.#slots[slot + i] = value;
		}
		this.slot += values.length;
	}

	boolean(value: boolean, param: string): void {
		if (typeof value !== 'boolean') this.#refuse(param, value, 'true or false');
		this.number(value ? 1 : 0, param);
	}

	constant(constants: readonly string[], value: string, param: string): void {
		const index = constants.indexOf(value);
		if (index < 0) this.#refuse(param, value, constants.join(' or '));
		this.number(index, param);
	}

	text(value: string, param: string): void {
		if (typeof value !== 'string') this.#refuse(param, value, 'a text');
		const { read, written } = encoder.encodeInto(value, this.#text.subarray(this.char));
		if (read < value.length) this.#refuse(param, `${value.length} characters`, 'a shorter text');
		this.char += written;
		this.number(written, param);
		this.number(value.length, param);
	}

	list<T>(values: readonly T[], param: string, one: (value: T) => void): void {
		this.#length(values, param);
		for (const value of values) one(value);
	}

	record(values: Values, shape: Shape): void {
		for (const field of shape) {
			const { name, optional, lists } = field;
			this.#value(values[name] ?? (optional ? (lists ? [] : 0) : undefined), field, lists);
		}
	}

	#value(value: unknown, field: Field, lists: number): void {
		const { name, kind, constants, shape } = field;
		if (lists === 1 && kind === 'number') this.numbers(value as number[], name);
		else if (lists > 0) this.list(value as unknown[], name, (one) => this.#value(one, field, lists - 1));
		else if (kind === 'number') this.number(value as number, name);
		else if (kind === 'boolean') this.boolean(value as boolean, name);
		else if (kind === 'text') this.text(value as string, name);
		else if (kind === 'constant') this.constant(constants, value as string, name);
		else this.record(value as Values, shape);
	}

	#length(values: readonly unknown[], param: string): void {
		if (!Array.isArray(values) && !ArrayBuffer.isView(values)) this.#refuse(param, values, 'a list');
		this.number(values.length, param);
	}

	#room(slots: number, param: string): void {
		if (this.slot + slots > this.#slots.length) this.#refuse(param, 'too many values', 'fewer');
	}

	#refuse(param: string, got: unknown, want: string): never {
		throw new LabError(this.#call, param, `lab: ${this.#call}: ${param} = ${String(got)}, want ${want}`);
	}
}

/** Reads a view. All strings of a result are decoded at once and then cut. */
export class Reader {
	#slot = 1;
	#char = 0;
	readonly #slots: Float64Array;
	readonly #text: string;

	constructor(slots: Float64Array, text: Uint8Array) {
		this.#slots = slots;
		this.#text = decoder.decode(text.subarray(0, slots[0]));
	}

	number(): number {
		return this.#slots[this.#slot++] as number;
	}

	numbers(): number[] {
		const length = this.number();
		const values: number[] = new Array(length);
		for (let i = 0; i < length; i++) values[i] = this.#slots[this.#slot + i] as number;
		this.#slot += length;
		return values;
	}

	boolean(): boolean {
		return this.number() !== 0;
	}

	text(): string {
		this.#slot++; // its length in bytes
		const start = this.#char;
		this.#char += this.number();
		return this.#text.slice(start, this.#char);
	}

	record(shape: Shape): Record<string, unknown> {
		const record: Record<string, unknown> = {};
		for (const field of shape) record[field.name] = this.#value(field, field.lists);
		return record;
	}

	#value(field: Field, lists: number): unknown {
		const { kind } = field;
		if (lists === 1 && kind === 'number') return this.numbers();
		if (lists > 0) return Array.from({ length: this.number() }, () => this.#value(field, lists - 1));
		if (kind === 'number') return this.number();
		if (kind === 'boolean') return this.boolean();
		if (kind === 'text') return this.text();
		return kind === 'constant' ? field.constants[this.number()] : this.record(field.shape);
	}
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
