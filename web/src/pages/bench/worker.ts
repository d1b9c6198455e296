// The worker of the bench: reads the reader's files in slices and evaluates them, a megabyte at a time, so that it
// hears when it is to stop.

import wasm from '../../../generated/bench.wasm?url';
import { loadBench, Refusal, type Job, type Stored } from '../../core/bench';

/** Evaluate these files, or stop and report on what was read. */
export type Order = { readonly id: number } & (
	| { readonly files: readonly { readonly name: string; readonly file: File }[]; readonly job: Job }
	| { readonly stop: true }
);

export interface Answer {
	readonly id: number;
	readonly done?: number;
	readonly total?: number;
	/** The files are read a second time. */
	readonly again?: boolean;
	/** The report, as the command prints it. */
	readonly report?: string | undefined;
	readonly refused?: { readonly message: string; readonly hint: string };
}

/** How long to compute before the page hears of it, in milliseconds. */
const slice = 60;

const core = loadBench(wasm);
let current = 0;
let stopping = false;

addEventListener('message', ({ data }: MessageEvent<Order>) => {
	if ('stop' in data) stopping = data.id === current;
	else void work(data.id, data.files.map(sliced), data.job);
});

async function work(id: number, files: Stored[], job: Job): Promise<void> {
	current = id;
	stopping = false;
	const say = (answer: Omit<Answer, 'id'>) => postMessage({ id, ...answer } satisfies Answer);
	try {
		const bench = await core;
		if (current !== id) return;
		bench.open(files, job);
		for (;;) {
			const begun = performance.now();
			let now = stopping ? bench.stop() : bench.step();
			while (now.report === undefined && performance.now() - begun < slice) now = bench.step();
			say(now);
			if (now.report !== undefined) return;
			await new Promise((resolve) => setTimeout(resolve)); // the order to stop may be waiting
			if (current !== id) return;
		}
	} catch (cause) {
		const refused = cause instanceof Refusal;
		say({
			refused: {
				message: refused ? cause.message : String(cause instanceof Error ? cause.message : cause),
				hint: refused
					? cause.hint
					: 'this is a defect of the page, or more than its memory holds; xent eval has no such bound',
			},
		});
	}
}

/** Reads a file at once, which only workers may; TypeScript's library of pages does not have it. */
declare class FileReaderSync {
	readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** The bytes that are read at once: the core asks for less at a time, and each reading costs some milliseconds. */
const ahead = 4 << 20;

/** A file of the reader's, read in slices. */
function sliced({ name, file }: { name: string; file: File }): Stored {
	const reader = new FileReaderSync();
	let held = new Uint8Array();
	let from = 0;
	return {
		name,
		size: file.size,
		read(offset, into) {
			if (offset < from || offset + into.length > from + held.length) {
				const end = offset + Math.max(into.length, ahead);
				held = new Uint8Array(reader.readAsArrayBuffer(file.slice(offset, end)));
				from = offset;
			}
			const part = held.subarray(offset - from, offset - from + into.length);
			if (part.length < into.length) throw new Error('the file became shorter');
			into.set(part);
		},
	};
}
