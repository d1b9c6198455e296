import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import digits from './digits-mlp.json';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

test('the figures of the real model are what the command prints', { timeout: 300_000 }, () => {
	const [name, ...args] = digits.command.split(' ');
	expect(name).toBe('xent');
	const printed = execFileSync('go', ['run', './cmd/xent', ...args], { cwd: repository, encoding: 'utf8' });
	expect(JSON.parse(printed)).toMatchObject(digits.report);
});
