import { readFile } from 'node:fs/promises';
import { cores, type Core } from '../routes';
import { load, type Lab } from './load';

/** The cores, each by its name, from the folder that holds them. */
export async function loadCores(folder: URL): Promise<Record<Core, Lab>> {
	const all: Partial<Record<Core, Lab>> = {};
	for (const name of cores) {
		const module = await WebAssembly.compile(new Uint8Array(await readFile(new URL(`${name}.wasm`, folder))));
		all[name] = await load(module);
	}
	return all as Record<Core, Lab>;
}

/** All explorers, each in a core that has it: for what looks at every page. */
export async function everyCore(folder = new URL('../../generated/', import.meta.url)): Promise<Lab> {
	return Object.assign({}, ...Object.values(await loadCores(folder))) as Lab;
}
