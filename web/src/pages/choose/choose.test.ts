import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { routes } from '../../routes';
import { advice, codeOf } from './losses';
import { choose, names, questions, type Answers, type Loss, type Topic } from './questions';

// The guided choice as data: every way leads somewhere, everything is reached, and the code prints what it says.

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xent-choose-'));
afterAll(() => rmSync(folder, { recursive: true }));

const losses = Object.keys(names) as Loss[];

/** All combinations of answers. */
const all = (Object.keys(questions) as Topic[]).reduce<Partial<Answers>[]>(
	(some, topic) =>
		some.flatMap((answers) =>
			Object.keys(questions[topic].answers).map((answer) => ({ ...answers, [topic]: answer })),
		),
	[{}],
) as Answers[];

test('every answer leads to a loss, and every loss is reached', () => {
	expect(all).toHaveLength(4 * 2 * 3 * 3);
	const reached = new Set(all.flatMap((answers) => Object.values(choose(answers))));
	expect([...reached].sort()).toEqual([...losses].sort());
	for (const answers of all) {
		const { loss, also } = choose(answers);
		expect(also).not.toBe(loss);
		expect(names[loss].startsWith('Binary') || loss === 'binary-focal' || loss === 'positives').toBe(
			answers.task === 'yes' || answers.task === 'several',
		);
	}
});

test.each<[Partial<Answers>, Loss, Loss | undefined]>([
	[{}, 'softmax', undefined],
	[{ task: 'several' }, 'binary', undefined],
	[{ task: 'several', balance: 'easy' }, 'binary-focal', undefined],
	[{ task: 'yes', balance: 'rare', noise: 'some' }, 'binary-smoothing', 'positives'],
	[{ noise: 'many' }, 'robust', undefined],
	[{ label: 'soft', noise: 'many', balance: 'rare' }, 'soft', 'weights'],
	[{ task: 'number', noise: 'many', label: 'soft' }, 'squared', undefined],
])('%o leads to %s', (some, loss, also) => {
	const usual: Answers = { task: 'class', label: 'hard', balance: 'even', noise: 'clean' };
	expect(choose({ ...usual, ...some })).toEqual(also ? { loss, also } : { loss });
});

describe.each(losses)('%s', (loss) => {
	test('says when, why and what to beware of, and leads to a place that exists', () => {
		const { when, because, beware, see } = advice[loss];
		for (const text of [when, because, beware]) expect(text.length).toBeGreaterThan(30);
		const [path, anchor] = see.split('#');
		const route = routes.find((r) => r.path === path);
		expect(route, see).toBeDefined();
		expect(route && 'sections' in route ? route.sections.map((s) => s.id) : []).toContain(anchor);
		expect(codeOf(loss)).toHaveLength(3);
	});

	const source = (name: string) => readFileSync(new URL(`code/${loss}.${name}`, import.meta.url), 'utf8');
	const said = (text: string) => /(?:\/\/|#) (\d+\.\d{6})$/m.exec(text)?.[1];

	test('the same number in three languages', () => {
		expect(said(source('go.txt'))).toMatch(/^\d+\.\d{6}$/);
		expect(said(source('numpy.py'))).toBe(said(source('go.txt')));
		expect(said(source('torch.py'))).toBe(said(source('go.txt')));
	});

	test('Go prints it', { timeout: 120_000 }, () => {
		const file = join(folder, 'main.go');
		writeFileSync(file, source('go.txt'));
		const printed = execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' });
		expect(printed.trim()).toBe(said(source('go.txt')));
	});

	const python = (module: string) => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
	for (const [name, module] of [
		['numpy.py', 'numpy'],
		['torch.py', 'torch'],
	] as const) {
		test.runIf(python(module))(`${module} prints it`, { timeout: 120_000 }, () => {
			const printed = execFileSync('python3', ['-c', source(name)], { encoding: 'utf8' });
			expect(printed.trim()).toBe(said(source(name)));
		});
	}
});
