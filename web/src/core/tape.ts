/**
 * The tape: the memory that TypeScript and the WebAssembly core share for one call.
 * Its layout is that of cmd/xent-wasm; lab.gen.ts decides what is written and read in which order.
 */

/** Carries one call over the tape. */
export type Call = <P, V>(
	name: string,
	params: P,
	write: (w: Writer, params: P) => void,
	read: (r: Reader) => V,
) => V;

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

	constant<T extends string>(constants: readonly T[], value: T, param: string): void {
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

	constant<T extends string>(constants: readonly T[]): T {
		return constants[this.number()] as T;
	}

	text(): string {
		this.#slot++; // its length in bytes
		const start = this.#char;
		this.#char += this.number();
		return this.#text.slice(start, this.#char);
	}

	texts(): string[] {
		return this.list((r) => r.text());
	}

	list<T>(one: (r: Reader) => T): T[] {
		const length = this.number();
		const values: T[] = [];
		for (let i = 0; i < length; i++) values.push(one(this));
		return values;
	}
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
