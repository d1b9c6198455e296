// The bench's half of its core: the evaluation of files, for a worker, or for Node. The other end is
// cmd/xent-wasm/bench.go.

import { connect, type Source } from './load';
import type { Reader } from './tape';

/** A file that can be read by position, at once. */
export interface Stored {
	readonly name: string;
	readonly size: number;
	/** Fills into with the bytes from offset. It throws when the file cannot be read any more. */
	read(offset: number, into: Uint8Array): void;
}

/** How to read and what to measure: the flags of `xent eval`, by their names. */
export interface Options {
	readonly input?: 'logits' | 'probs' | 'logprobs' | undefined;
	readonly ignoreIndex?: number | undefined;
	readonly labelBase?: number | undefined;
	readonly renormalize?: boolean | undefined;
	readonly bins?: number | undefined;
	readonly top?: number | undefined;
	readonly scoresKey?: string | undefined;
	readonly labelsKey?: string | undefined;
	readonly weightsKey?: string | undefined;
	readonly dtype?: string | undefined;
	readonly field?: string | undefined;
	readonly decimalComma?: boolean | undefined;
	readonly allowTruncated?: boolean | undefined;
	readonly ignoreTrailing?: boolean | undefined;
}

/** What to evaluate: names of files. */
export interface Job {
	readonly scores: string;
	readonly labels?: string | undefined;
	readonly weights?: string | undefined;
	readonly options: Options;
}

/** Files that were refused, in the words of the command. */
export class Refusal extends Error {
	override readonly name = 'Refusal';
	readonly hint: string;

	constructor(message: string, hint: string) {
		super(message);
		this.hint = hint;
	}
}

/** How far an evaluation is, in bytes; again says that the files are read a second time. */
export interface Progress {
	readonly done: number;
	readonly total: number;
	readonly again: boolean;
	/** The report, as `xent eval --json` prints it, once it is there. */
	readonly report?: string | undefined;
}

/** One evaluation at a time. Every call may throw a Refusal, or a LabError when the core itself stops. */
export interface Bench {
	open(files: readonly Stored[], job: Job): void;
	/** Scores the next megabyte. */
	step(): Progress;
	/** Reports on what was read so far. */
	stop(): Progress;
}

export async function loadBench(source: Source): Promise<Bench> {
	let files: readonly Stored[] = [];
	let report: string | undefined;
	const call = await connect(source, {
		size: (file) => files[file]?.size ?? 0,
		read(file, offset, into) {
			const length = Math.min(into.length, files[file]!.size - offset);
			try {
				if (length > 0) files[file]!.read(offset, into.subarray(0, length));
				return Math.max(0, length);
			} catch {
				return -1;
			}
		},
		answer: (text) => (report = new TextDecoder().decode(text)),
	});
	/** A view begins with the refusal: message and hint, or two empty texts. */
	const refusal = (r: Reader) => ({ message: r.text(), hint: r.text() });
	const accepted = <T extends { message: string; hint: string }>(view: T): T => {
		if (view.message !== '') throw new Refusal(view.message, view.hint);
		return view;
	};
	const advance = (name: string): Progress => {
		report = undefined;
		const { done, total, again } = accepted(
			call(
				name,
				undefined,
				() => {},
				(r) => ({ ...refusal(r), done: r.number(), total: r.number(), again: r.boolean() }),
			),
		);
		return { done, total, again, report };
	};
	return {
		open(given, job) {
			files = given;
			const view = call(
				'benchOpen',
				job,
				(w, { scores, labels = '', weights = '', options: o }) => {
					w.list(files, 'files', (file) => w.text(file.name, 'files'));
					for (const name of [scores, labels, weights]) w.text(name, 'file');
					for (const key of ['scoresKey', 'labelsKey', 'weightsKey', 'dtype', 'field'] as const)
						w.text(o[key] ?? '', key);
					for (const key of ['decimalComma', 'allowTruncated', 'ignoreTrailing'] as const)
						w.boolean(o[key] ?? false, key);
					w.text(o.input ?? '', 'input');
					w.number(o.ignoreIndex ?? 0, 'ignoreIndex');
					w.boolean(o.ignoreIndex !== undefined, 'ignoreIndex');
					w.number(o.labelBase ?? 0, 'labelBase');
					w.boolean(o.renormalize ?? false, 'renormalize');
					w.number(o.bins ?? 15, 'bins');
					w.number(o.top ?? 10, 'top');
				},
				refusal,
			);
			accepted(view);
		},
		step: () => advance('benchStep'),
		stop: () => advance('benchStop'),
	};
}
