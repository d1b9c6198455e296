/** What every program of Go's compiler exports: its memory, and how it is started and woken. */
interface Program {
	readonly mem: WebAssembly.Memory;
	run(argc: number, argv: number): void;
	resume(): void;
}

/**
 * Starts a program of Go's compiler, which runs until its main function blocks, and gives its instance. It has one
 * argument, its name, and no environment; what it writes goes to the console; if it exits, the call that it was in throws.
 *
 * This is what Go's runtime asks of its host, less what syscall/js needs, which the cores do without: for them the
 * toolchain's own wasm_exec.js is three quarters dead. A function gets the address of Go's stack, where its arguments
 * begin 8 bytes on and its results follow. load.test.ts holds that a core imports no more than what is here.
 */
export function start(module: WebAssembly.Module, host: WebAssembly.ModuleImports): WebAssembly.Instance {
	let memory: DataView;
	let exited = false;
	const timers = new Map<number, ReturnType<typeof setTimeout>>();
	let lastTimer = 0;
	const view = () => (memory = new DataView(program.mem.buffer)); // memory that grows leaves its views behind
	const integer = (at: number) => Number(memory.getBigInt64(at, true));
	const setInteger = (at: number, value: number) => memory.setBigInt64(at, BigInt(Math.floor(value)), true);
	const bytes = (at: number, length: number) => new Uint8Array(program.mem.buffer, integer(at), length);

	const runtime: Record<string, (stack: number) => void> = {
		wasmExit(stack) {
			exited = true;
			throw new Error(`exit status ${memory.getInt32(stack + 8, true)}`);
		},
		wasmWrite: (stack) =>
			console.error(new TextDecoder().decode(bytes(stack + 16, memory.getInt32(stack + 24, true))).trimEnd()),
		resetMemoryDataView: view,
		nanotime1: (stack) => setInteger(stack + 8, (performance.timeOrigin + performance.now()) * 1e6),
		walltime(stack) {
			const now = Date.now();
			setInteger(stack + 8, now / 1000);
			memory.setInt32(stack + 16, (now % 1000) * 1e6, true);
		},
		scheduleTimeoutEvent(stack) {
			const id = ++lastTimer;
			const wake = () => {
				// The runtime clears its timer when it takes it; one that came too early is offered again.
				while (timers.has(id) && !exited) program.resume();
			};
			timers.set(id, setTimeout(wake, integer(stack + 8)));
			memory.setInt32(stack + 16, id, true);
		},
		clearTimeoutEvent(stack) {
			const id = memory.getInt32(stack + 8, true);
			clearTimeout(timers.get(id));
			timers.delete(id);
		},
		getRandomData: (stack) => crypto.getRandomValues(bytes(stack + 8, integer(stack + 16))),
	};
	const gojs = Object.fromEntries(
		Object.entries(runtime).map(([name, run]) => [`runtime.${name}`, (stack: number) => run(stack >>> 0)]),
	);
	const instance = new WebAssembly.Instance(module, { gojs, host });
	const program = instance.exports as unknown as Program;

	// The linker keeps 8 KiB from here for the arguments: a text, then the list of arguments and of the environment.
	const name = 4096;
	view();
	new TextEncoder().encodeInto('xent\0', new Uint8Array(program.mem.buffer, name, 8));
	new Float64Array(program.mem.buffer, name + 8, 3).fill(0);
	memory!.setUint32(name + 8, name, true);
	program.run(1, name + 8);
	return instance;
}
