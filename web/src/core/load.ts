import { start } from './go';
import type { Lab } from './lab.gen';
import { bound, LabError, Reader, Writer, type Call } from './tape';

export { LabError } from './tape';
export type * from './lab.gen';
export { limits } from './limits.gen';

/** What every build of cmd/xent-wasm exports beside its explorers. */
interface Exports {
	readonly mem: WebAssembly.Memory;
	tapeAddress(): number;
	tapeSlots(): number;
	textAddress(): number;
	textBytes(): number;
}

/** Where the compiled core comes from: an address, its bytes, a response, or a module compiled before. */
export type Source = string | URL | Response | ArrayBuffer | ArrayBufferView | WebAssembly.Module;

/**
 * Loads the core: in a page or a worker from its address (compiled while it streams), in Node from its bytes.
 * Every explorer is then a synchronous function.
 *
 * After a trap in the core the call throws a LabError and the next call finds a fresh instance:
 * the explorers keep no state between calls.
 */
export async function load(source: Source): Promise<Lab> {
	return bound<Lab>(await connect(source));
}

/** What the core of the bench asks of its host: the reader's files, by number, and to take what it answers. */
export interface Host {
	size(file: number): number;
	/** Fills into with the bytes from offset; how many there were, or a negative number. */
	read(file: number, offset: number, into: Uint8Array): number;
	answer(text: Uint8Array): void;
}

const nobody: Host = { size: () => 0, read: () => -1, answer: () => {} };

/** Loads a core and gives what carries calls to it, also those that are not of the explorers. */
export async function connect(source: Source, host: Host = nobody): Promise<Call> {
	const module = await compile(source);
	let core = new Core(module, host);
	return (name, params, write, read) => {
		try {
			return core.call(name, params, write, read);
		} catch (cause) {
			if (cause instanceof LabError) throw cause;
			core = new Core(module, host);
			throw new LabError(name, '', `lab: ${name}: the core stopped: ${String(cause)}`, { cause });
		}
	};
}

async function compile(source: Source): Promise<WebAssembly.Module> {
	if (source instanceof WebAssembly.Module) return source;
	if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
		return WebAssembly.compile(source as BufferSource);
	const response = source instanceof Response ? source : await fetch(source);
	if (!response.ok) throw new Error(`${response.url}: ${response.status} ${response.statusText}`);
	// A server that does not know the type application/wasm forbids streaming, not compiling.
	if (response.headers.get('Content-Type') !== 'application/wasm') {
		return WebAssembly.compile(await response.arrayBuffer());
	}
	return WebAssembly.compileStreaming(response);
}

/** One running instance of the module. */
class Core {
	readonly #memory: WebAssembly.Memory;
	readonly #explorers: Readonly<Record<string, () => number>>;
	readonly #tape: { readonly address: number; readonly length: number };
	readonly #text: { readonly address: number; readonly length: number };
	#slots = new Float64Array();
	#bytes = new Uint8Array();

	constructor(module: WebAssembly.Module, { size, read, answer }: Host) {
		const bytes = (at: number, length: number) => new Uint8Array(this.#memory.buffer, at >>> 0, length);
		const instance = start(module, {
			size,
			read: (file: number, offset: number, at: number, length: number) =>
				read(file, offset, bytes(at, length)),
			answer: (at: number, length: number) => answer(bytes(at, length)),
		});
		const exports = instance.exports as unknown as Exports;
		this.#memory = exports.mem;
		this.#explorers = instance.exports as Record<string, () => number>;
		this.#tape = { address: exports.tapeAddress() >>> 0, length: exports.tapeSlots() };
		this.#text = { address: exports.textAddress() >>> 0, length: exports.textBytes() };
	}

	call<P, V>(name: string, params: P, write: (w: Writer, params: P) => void, read: (r: Reader) => V): V {
		this.#view();
		write(new Writer(name, this.#slots, this.#bytes), params);
		const status = this.#explorers[name]!();
		this.#view();
		const reader = new Reader(this.#slots, this.#bytes);
		if (status === 0) return read(reader);
		if (status === 1) {
			const [param, , , message] = [reader.text(), reader.text(), reader.text(), reader.text()];
			throw new LabError(name, param, message);
		}
		throw new LabError(name, '', `lab: ${name}: ${reader.text()}`);
	}

	/** Growing memory detaches every view of it. */
	#view(): void {
		const { buffer } = this.#memory;
		if (this.#slots.buffer === buffer) return;
		this.#slots = new Float64Array(buffer, this.#tape.address, this.#tape.length);
		this.#bytes = new Uint8Array(buffer, this.#text.address, this.#text.length);
	}
}
