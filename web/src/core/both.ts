import { readFile } from 'node:fs/promises';
import { load, type Lab } from './load';

/** All explorers, each in the core that has it: for tests, which look at every page. */
export async function bothCores(): Promise<Lab> {
	const all: Partial<Record<keyof Lab, unknown>> = {};
	for (const name of ['xent.wasm', 'bench.wasm']) {
		const bytes = await readFile(new URL(`../../generated/${name}`, import.meta.url));
		const module = await WebAssembly.compile(new Uint8Array(bytes));
		const has = new Set(WebAssembly.Module.exports(module).map((e) => e.name));
		const lab = await load(module);
		for (const call of Object.keys(lab) as (keyof Lab)[]) if (has.has(call)) all[call] = lab[call];
	}
	return all as Lab;
}
