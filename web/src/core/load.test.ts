import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { connect, LabError, load, type Lab } from './load';

const wasm = new URL('../../generated/chapters.wasm', import.meta.url);
let module: WebAssembly.Module;
let lab: Lab;

beforeAll(async () => {
	const bytes = await readFile(wasm);
	module = await WebAssembly.compile(new Uint8Array(bytes));
	lab = await load(bytes);
});

describe('a call', () => {
	test('carries numbers, lists, constants, records and text both ways', () => {
		const view = lab.crossEntropy({ logits: [2, 1, -Infinity], label: 0, unit: 'bits' });
		expect(view.loss).toBeCloseTo(0.4519410830830482, 14);
		expect(view.surprisal[2]).toBe(Infinity);
		expect(view.text.surprisal).toEqual(['0.4519', '1.8946', '∞']);
		expect(view.formula.terms[0]).toEqual({ weight: '1', prob: '0.7311', cost: '0.4519', zero: false });
	});

	test('keeps its view when the next call overwrites the tape', () => {
		const first = lab.crossEntropy({ logits: [2, 1], label: 0, unit: 'nats' });
		const copy = structuredClone(first);
		lab.crossEntropy({ logits: [0, 9, 3, 4], label: 0, unit: 'nats' });
		expect(first).toEqual(copy);
	});

	test('may leave out what is optional', () => {
		const soft = { logits: [2, 1], label: 0, target: [0.5, 0.5], unit: 'nats' } as const;
		expect(lab.crossEntropy(soft).targetEntropy).toBeCloseTo(Math.LN2, 15);
		expect(lab.crossEntropy({ ...soft, target: undefined }).targetEntropy).toBe(0);
	});
});

describe('a wrong parameter', () => {
	test.each([
		['a logit that is no number', { logits: [2, NaN], label: 0, unit: 'nats' }, 'logits[1]'],
		['too few classes', { logits: [2], label: 0, unit: 'nats' }, 'logits'],
		['a label outside the classes', { logits: [2, 1], label: 2, unit: 'nats' }, 'label'],
		['a label between the classes', { logits: [2, 1], label: 0.5, unit: 'nats' }, 'label'],
		['an unknown unit', { logits: [2, 1], label: 0, unit: 'bans' }, 'unit'],
		['a missing field', { logits: [2, 1], unit: 'nats' }, 'label'],
		['a text for a list', { logits: '2,1', label: 0, unit: 'nats' }, 'logits'],
		['more than the tape holds', { logits: new Array(70000).fill(0), label: 0, unit: 'nats' }, 'logits'],
	])('%s is named', (_why, params, param) => {
		expect(() => lab.crossEntropy(params as never)).toThrow(LabError);
		try {
			lab.crossEntropy(params as never);
		} catch (error) {
			expect(error).toMatchObject({ call: 'crossEntropy', param });
			expect((error as LabError).message).toContain(param);
		}
	});
});

describe('after a trap', () => {
	test('the call throws and the next one finds a fresh core', async () => {
		const fragile = await load(module);
		const { Instance } = WebAssembly;
		let memory: WebAssembly.Memory | undefined;
		// The next core is made by a constructor that shows its memory to this test.
		WebAssembly.Instance = class extends Instance {
			constructor(m: WebAssembly.Module, imports?: WebAssembly.Imports) {
				super(m, imports);
				memory = this.exports.mem as WebAssembly.Memory;
			}
		};
		try {
			const broken = await load(module);
			new Uint8Array(memory!.buffer).fill(0xff); // nothing of Go's runtime survives this
			expect(() => broken.surprisal({ probs: [0.5], unit: 'bits' })).toThrow(LabError);
			expect(broken.surprisal({ probs: [0.5], unit: 'bits' }).values).toEqual([1]);
		} finally {
			WebAssembly.Instance = Instance;
		}
		expect(fragile.surprisal({ probs: [0.25], unit: 'bits' }).values).toEqual([2]);
	});
});

describe('memory', () => {
	test('that grew is viewed anew', async () => {
		const { Instance } = WebAssembly;
		let memory: WebAssembly.Memory | undefined;
		WebAssembly.Instance = class extends Instance {
			constructor(m: WebAssembly.Module, imports?: WebAssembly.Imports) {
				super(m, imports);
				memory = this.exports.mem as WebAssembly.Memory;
			}
		};
		try {
			const growing = await load(module);
			const before = growing.surprisal({ probs: [0.125], unit: 'bits' });
			memory!.grow(16);
			expect(growing.surprisal({ probs: [0.125], unit: 'bits' })).toEqual(before);
		} finally {
			WebAssembly.Instance = Instance;
		}
	});
});

test.each(['chapters', 'training', 'practice', 'bench'])(
	'%s asks its host for nothing that it does not have',
	async (core) => {
		const bytes = await readFile(new URL(`../../generated/${core}.wasm`, import.meta.url));
		const module = await WebAssembly.compile(new Uint8Array(bytes));
		expect(WebAssembly.Module.imports(module).length).toBeGreaterThan(0);
		await expect(connect(module)).resolves.toBeTypeOf('function');
	},
);
