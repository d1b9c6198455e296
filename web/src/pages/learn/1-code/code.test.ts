import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyCore } from '../../../core/every';
import type { CrossEntropyView, Lab } from '../../../core/load';
import { literals } from './literals';

// What the code tabs show is run, and prints the number beside it.

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
let lab: Lab;

beforeAll(async () => {
	lab = await everyCore();
});
afterAll(() => rmSync(folder, { recursive: true }));

const states = [
	{ name: 'onehot', logits: [2, 1, 0, -1], label: 0, target: [], why: 'the first state' },
	{
		name: 'onehot',
		logits: [2, 1000, -Infinity],
		label: 0,
		target: [],
		why: 'an excluded class, and exp would overflow',
	},
	{
		name: 'soft',
		logits: [2.1234, 1, 0, -Infinity],
		label: 0,
		target: [0.7, 0.2, 0.1, 0],
		why: 'no mass where q is 0',
	},
];

/** The sample with its slots filled, as it is copied. */
function sample(file: string, view: CrossEntropyView, label: number): string {
	const values = literals(view, label);
	const text = readFileSync(new URL(`code/${file}`, import.meta.url), 'utf8');
	const slots = text.match(/__\w+?__/g) ?? [];
	expect(slots.length).toBeGreaterThan(1);
	return text.replace(/__(\w+?)__/g, (_, name: string) => {
		expect(values).toHaveProperty(name);
		return values[name]!;
	});
}

const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;

describe.each(states)('$name: $why', ({ name, logits, label, target }) => {
	const see = () => lab.crossEntropy({ logits, label, target, unit: 'nats' });

	test('Go', { timeout: 120_000 }, () => {
		const view = see();
		const file = join(folder, 'main.go');
		writeFileSync(file, sample(`${name}.go.txt`, view, label));
		const printed = execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' });
		expect(printed).toMatch(new RegExp(`^${view.code.nats} nats, perplexity [\\d.+Inf]+\\n$`));
	});

	test.runIf(python('numpy'))('NumPy', { timeout: 60_000 }, () => {
		const view = see();
		const printed = execFileSync('python3', ['-W', 'ignore', '-c', sample(`${name}.numpy.py`, view, label)], {
			encoding: 'utf8',
		});
		expect(printed).toMatch(new RegExp(`^${view.code.nats} nats, perplexity [\\d.inf]+\\n$`));
	});

	test.runIf(python('torch'))('PyTorch', { timeout: 120_000 }, () => {
		const view = see();
		const printed = execFileSync('python3', ['-c', sample(`${name}.torch.py`, view, label)], {
			encoding: 'utf8',
		});
		expect(printed).toContain(`${view.code.nats} nats`);
	});

	test('JSON', () => {
		const view = see();
		const parsed: unknown = JSON.parse(sample('state.json.txt', view, label));
		expect(parsed).toMatchObject({
			logits: logits.map((z) => (z === -Infinity ? '-Infinity' : z)),
			target: view.target,
			loss: { nats: Number(view.code.nats) },
		});
	});
});
