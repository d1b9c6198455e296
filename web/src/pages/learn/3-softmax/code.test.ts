import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { Lab, SoftmaxView } from '../../../core/load';
import { literals } from './literals';

// What the code tabs show is run, and prints the numbers beside it.

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-softmax-'));
let lab: Lab;

beforeAll(async () => {
	lab = await everyCore();
});
afterAll(() => rmSync(folder, { recursive: true }));

const states = [
	{ logits: [4, 3, 2.5, 1.5, 0.5, -1], label: 1, temperature: 1, why: 'the first state' },
	{ logits: [10000, 9999.9, -Infinity], label: 1, temperature: 0.05, why: 'cold, large, one token banned' },
	{ logits: [4, -Infinity, 1], label: 1, temperature: 2.5, why: 'the truth banned: an infinite loss' },
];

/** The sample with its slots filled, as it is copied. */
function sample(file: string, view: SoftmaxView, label: number): string {
	const values = literals(view, label);
	const text = readFileSync(new URL(`code/${file}`, import.meta.url), 'utf8');
	expect(text.match(/__\w+?__/g)?.length).toBeGreaterThan(3);
	return text.replace(/__(\w+?)__/g, (_, name: string) => {
		expect(values).toHaveProperty(name);
		return values[name]!;
	});
}

/** The numbers of a line "[0.1 -0.2]", of Go or NumPy, or of a list of texts. */
const numbers = (text: string) => [...text.matchAll(/-?\d+(\.\d*)?(e[+-]?\d+)?/g)].map((m) => Number(m[0]));
const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
const runPython = (code: string) =>
	execFileSync('python3', ['-W', 'ignore', '-c', code], { encoding: 'utf8' });

describe.each(states)('$why', ({ logits, label, temperature }) => {
	const see = () => lab.softmax({ logits, label, temperature, unit: 'nats' });

	/** Holds what was printed to the view: the loss to its last digit, the gradient to 1e-6. */
	function agrees(printed: string, view: SoftmaxView, infinity: string): void {
		const [first, ...rest] = printed.trim().split('\n');
		expect(first!.split(' nats')[0]).toBe(view.code.loss.replace('∞', infinity));
		const got = numbers(rest.join(' '));
		expect(got).toHaveLength(logits.length);
		got.forEach((g, i) => expect(Math.abs(g - view.gradient[i]!)).toBeLessThan(1.01e-6));
	}

	test('Go', { timeout: 120_000 }, () => {
		const view = see();
		const file = join(folder, 'main.go');
		writeFileSync(file, sample('softmax.go.txt', view, label));
		agrees(execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' }), view, '+Inf');
	});

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () => {
		const view = see();
		agrees(runPython(sample('softmax.numpy.py', view, label)), view, 'inf');
	});

	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () => {
		const view = see();
		expect(runPython(sample('softmax.torch.py', view, label))).toContain(
			`${view.code.loss.replace('∞', 'inf')} nats`,
		);
	});

	test('JSON', () => {
		const view = see();
		expect(JSON.parse(sample('softmax.json.txt', view, label))).toMatchObject({
			logits: logits.map((z) => (z === -Infinity ? '-Infinity' : z)),
			temperature,
			label,
			gradient: view.code.gradient.map(Number),
		});
	});
});
