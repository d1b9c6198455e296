import type { Job, Options } from '../../core/bench';
import { largest, readReport, type Report } from './report';
import type { Answer, Order } from './worker';

/** What stands in one place of the bench. */
export type Stand =
	| { readonly is: 'empty' }
	| { readonly is: 'busy'; readonly share: number; readonly again: boolean; readonly stopping: boolean }
	| { readonly is: 'refused'; readonly message: string; readonly hint: string }
	| { readonly is: 'there' };

/** How long a stop may take before the worker is ended with what it knows, in milliseconds. */
const patience = 2000;

/** One place of the bench: files, and the report on them. A report stays until there is another. */
export class Slot {
	stand: Stand = $state.raw({ is: 'empty' });
	report: Report | undefined = $state.raw();
	/** The report as the command prints it. */
	json = $state.raw('');
	/** The files of the last evaluation, scores first. */
	files: readonly File[] = $state.raw([]);
	/** What was concluded about the files, for the reader to see. */
	note = $state.raw('');

	#worker: Worker | undefined;
	#id = 0;
	#last: Options = {};

	/** Shows a report that is there already. */
	show(json: string, report = readReport(json)): void {
		this.json = json;
		this.report = report;
		this.stand = { is: 'there' };
	}

	/** Takes what was dropped or chosen: scores, labels and weights in any order, or one report. */
	async take(given: readonly File[], options: Options): Promise<void> {
		this.#end();
		this.note = '';
		const refused = (message: string, hint: string) => (this.stand = { is: 'refused', message, hint });
		if (given.length === 0) return;
		if (given.length > 3) {
			refused(`${given.length} files`, 'at most three belong together: scores, labels, and weights');
			return;
		}
		const [first] = given;
		if (given.length === 1 && first && (await isReport(first))) {
			this.files = given;
			try {
				if (first.size > largest) throw new Error(`has ${first.size} bytes; a report has at most ${largest}`);
				this.show(await first.text());
			} catch (cause) {
				refused(
					`${first.name}: ${cause instanceof Error ? cause.message : String(cause)}`,
					'xent eval SCORES LABELS --json writes one',
				);
			}
			return;
		}
		this.#evaluate(inOrder(given), options, true);
	}

	/** Evaluates the same files once more. */
	again(options: Options): void {
		if (this.files.length > 0) void this.take(this.files, options);
	}

	/** Reports on what was read so far. */
	stop(): void {
		if (this.stand.is !== 'busy' || this.stand.stopping) return;
		const id = this.#id;
		this.stand = { ...this.stand, stopping: true };
		this.#worker?.postMessage({ id, stop: true } satisfies Order);
		setTimeout(() => {
			if (this.stand.is !== 'busy' || this.#id !== id) return;
			this.#end();
			this.stand = { is: 'refused', message: 'stopped before a row was scored', hint: '' };
		}, patience);
	}

	#evaluate(files: readonly File[], options: Options, maySwap: boolean): void {
		this.files = files;
		this.#last = options;
		const worker = (this.#worker ??= startWorker());
		if (!worker) {
			this.stand = { is: 'refused', message: 'this browser has no workers here', hint: 'use xent eval' };
			return;
		}
		const id = ++this.#id;
		this.stand = { is: 'busy', share: 0, again: false, stopping: false };
		worker.onmessage = ({ data }: MessageEvent<Answer>) => {
			if (data.id === this.#id) this.#hear(data, maySwap);
		};
		worker.onerror = () => {
			this.#end();
			this.stand = { is: 'refused', message: 'the core could not be loaded', hint: 'reload the page' };
		};
		const named = distinct(files);
		const [scores, labels, weights] = named.map(({ name }) => name);
		const job: Job = { scores: scores!, labels, weights, options };
		worker.postMessage({ id, files: named, job } satisfies Order);
	}

	#hear(answer: Answer, maySwap: boolean): void {
		const { refused, report, done = 0, total = 0, again = false } = answer;
		if (refused) {
			const [scores, labels, ...rest] = this.files;
			if (
				maySwap &&
				scores &&
				labels &&
				/ holds labels, and .* holds scores, want the scores first$/.test(refused.message)
			) {
				this.note = `${labels.name} holds the scores, and ${scores.name} the labels.`;
				this.#evaluate([labels, scores, ...rest], this.#last, false);
				return;
			}
			this.stand = { is: 'refused', ...refused };
		} else if (report !== undefined) this.show(report);
		else if (this.stand.is === 'busy')
			this.stand = { ...this.stand, share: total > 0 ? Math.min(1, done / total) : 0, again };
	}

	/** Ends the worker, and what it is doing. */
	#end(): void {
		if (this.stand.is === 'busy') {
			this.#worker?.terminate();
			this.#worker = undefined;
			this.stand = { is: this.report ? 'there' : 'empty' };
		}
		this.#id++;
	}
}

/** Whether a file is meant for a report: by its name, or by how it begins. */
async function isReport(file: File): Promise<boolean> {
	if (/\.json$/i.test(file.name)) return true;
	return /^\s*\{\s*"schema"/.test(
		await file
			.slice(0, 200)
			.text()
			.catch(() => ''),
	);
}

/** The files in the order of their roles, by their names: scores, labels, weights. */
export function inOrder<F extends { readonly name: string }>(files: readonly F[]): F[] {
	const role = ({ name }: F) => {
		if (/weight/i.test(name)) return 2;
		if (/label|target|truth|(^|[_.-])(y|gt|classes)([_.-]|$)/i.test(name)) return 1;
		return 0;
	};
	return files.toSorted((a, b) => role(a) - role(b));
}

/** Files by names that differ, as the core knows them. */
function distinct(files: readonly File[]): { name: string; file: File }[] {
	return files.map((file, i) => {
		const before = files.slice(0, i).filter((other) => other.name === file.name).length;
		return { name: before > 0 ? `${file.name} (${before + 1})` : file.name, file };
	});
}

/** Starts the page's worker, whose address the page holds. */
function startWorker(): Worker | undefined {
	const address = document.querySelector<HTMLMetaElement>('meta[name=worker]')?.content;
	return address ? new Worker(new URL(address, document.baseURI), { type: 'module' }) : undefined;
}
