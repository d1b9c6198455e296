import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

// For tests of code tabs: a sample is filled with the numbers of a state and run, as its reader would.

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** The sample with its slots filled, as it is copied. */
export function fill(file: URL, values: Readonly<Record<string, string>>): string {
	const text = readFileSync(file, 'utf8');
	expect(text.match(/__\w+?__/g)?.length).toBeGreaterThan(3);
	return text.replace(/__(\w+?)__/g, (_, name: string) => {
		expect(values).toHaveProperty(name);
		return values[name]!;
	});
}

/** What a whole Go program prints, line by line. */
export function runGo(source: string): string[] {
	const folder = mkdtempSync(join(tmpdir(), 'xent-code-'));
	try {
		const file = join(folder, 'main.go');
		writeFileSync(file, source);
		return lines(execFileSync('go', ['run', file], { cwd: repository, encoding: 'utf8' }));
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** Whether Python is here, with a module. */
export function python(module: string): boolean {
	return spawnSync('python3', ['-c', `import ${module}`]).status === 0;
}

/** What a Python program prints, line by line. */
export function runPython(source: string): string[] {
	return lines(execFileSync('python3', ['-W', 'ignore', '-c', source], { encoding: 'utf8' }));
}

/** A zero that was rounded to has no sign, as in the lab. */
function lines(printed: string): string[] {
	return printed
		.trim()
		.split('\n')
		.map((line) => line.replace(/-(0\.0+)(?!\d)/g, '$1'));
}
