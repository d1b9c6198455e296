import { describe, expect, test } from 'vitest';
import { formulas } from '../src/data/formulas';
import { works } from '../src/data/works';
import { losses, readLibrary, symbols } from './library';

const library = readLibrary();
const xent = library.packages.find((p) => p.path === 'xent')!;
const names = xent.symbols.map((s) => s.name);

describe('the table of losses', () => {
	test('is that of doc.go, whole', () => {
		expect(library.losses.length).toBeGreaterThan(20);
		expect(library.losses[0]).toEqual({
			loss: 'cross-entropy, labels',
			function: 'CrossEntropy',
			options: 'Options',
			pytorch: 'F.cross_entropy(x, index)',
			source: 'Bridle 1990',
		});
	});

	test('names functions that exist', () => {
		const named = library.losses.flatMap((row) => row.function.split(', '));
		const functions = named.filter((name) => /^[A-Z]\w+$/.test(name) && name !== 'XRows');
		expect(functions.length).toBeGreaterThan(10);
		expect(functions.filter((name) => !names.includes(name))).toEqual([]);
	});

	test('has formulas for most of its rows, and no formula is left over', () => {
		const rows = library.losses.map((row) => row.loss);
		expect(Object.keys(formulas).filter((name) => !rows.includes(name))).toEqual([]);
		expect(rows.filter((name) => formulas[name]).length / rows.length).toBeGreaterThan(0.6);
	});

	test('cites works of the bibliography, for the most part', () => {
		const cited = library.losses.map((row) => row.source).filter(Boolean);
		const known = cited.filter((source) => works.some((work) => source.startsWith(work.cite)));
		expect(cited.length).toBeGreaterThan(10);
		expect(known.length / cited.length).toBeGreaterThan(0.8);
	});

	test('a blank column, and a row that is all words', () => {
		const header = '//\tloss      function  options  PyTorch  source\n';
		expect(() => losses('// nothing')).toThrow(/no table/);
		expect(losses(`${header}//\tnone      XRows              r='n'    -\n//\n`)).toEqual([
			{ loss: 'none', function: 'XRows', options: '', pytorch: "r='n'", source: '' },
		]);
		expect(losses(`${header}//\tboth      A, beside another loss    B 2014\n//\n`)).toEqual([
			{ loss: 'both', function: 'A, beside another loss', options: '', pytorch: '', source: 'B 2014' },
		]);
	});
});

describe('the packages', () => {
	test('each says what it is, and each symbol too', () => {
		expect(library.packages.map((p) => p.path)).toEqual(
			expect.arrayContaining(['xent', 'xent/info', 'xent/calib', 'xent/eval']),
		);
		for (const one of library.packages) {
			expect(one.text).toMatch(/^Package \w+ .+[.]$/);
			expect(one.symbols.length).toBeGreaterThan(0);
			const silent = one.symbols.filter((s) => !/^(An? )?[A-Z].{10,}\.$/s.test(s.text));
			expect(silent.map((s) => `${one.path}.${s.name}: ${s.text}`)).toEqual([]);
		}
	});

	test('every loss with a gradient has its formulas', () => {
		const losses = names.filter((name) => names.includes(`${name}Grad`));
		expect(losses.length).toBeGreaterThan(3);
		const formulasOf = (name: string) => xent.symbols.find((s) => s.name === name)!.formulas;
		expect(losses.filter((name) => formulasOf(name).length + formulasOf(`${name}Grad`).length === 0)).toEqual(
			[],
		);
	});
});

test('a comment becomes a sentence and its formulas', () => {
	const source = `package p

// F returns the loss of [Logits], in nats. It does more:
//
//	loss = -ln p
//
//	F(x, y, nil)
//
// Errors: none.
func F[T any](x T) {}

// Kind says which.
type Kind uint8

// The kinds.
const (
	A Kind = iota // Σ p·q
	B             // ½·Σ |p-q|
	kinds
)

func unexported() {}
func (k Kind) Method() {}
`;
	expect(symbols(source)).toEqual([
		{ kind: 'func', name: 'F', text: 'F returns the loss of Logits, in nats.', formulas: ['loss = -ln p'] },
		{ kind: 'type', name: 'Kind', text: 'Kind says which.', formulas: ['A  Σ p·q\nB  ½·Σ |p-q|'] },
	]);
});
