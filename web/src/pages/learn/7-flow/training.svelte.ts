import type {
	FlowEdge,
	FlowNet,
	FlowParams,
	FlowState,
	FlowSurfaceView,
	FlowView,
	Lab,
	Unit,
} from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import type { Answer, Order } from './worker';

/** What a run depends on: the same question has the same answer at every step. */
export interface Question {
	readonly net: FlowNet;
	readonly race: boolean;
	readonly unit: Unit;
}

/** The states of all runs of a question at one step. */
interface Moment {
	readonly step: number;
	readonly states: readonly FlowState[];
}

/** What is known of one question. */
interface Run {
	/** The first moment that was seen of every 25 steps, to go on from. */
	readonly kept: Moment[];
	/** The furthest moment. */
	reached: Moment | undefined;
	/** Every network has left the numbers there. */
	over: boolean;
	/** The cost of each network at every step from 0. */
	readonly costs: number[][];
	/** What was seen last, the latest first, with the edges that were asked about. */
	recent: readonly { readonly view: FlowView; readonly edge: string }[];
}

const apart = 25;
/** How many questions are remembered, so that undo finds their runs. */
const remembered = 12;
/** How many steps are made at once, in the page, where it opens on a run: from a link, or by undo. */
const opening = 60;
/** The same where a run goes on, in weights times steps: a few milliseconds. */
const little = 5000;
/** How many views of a run are remembered: going back over them costs nothing. */
const lately = 32;

/**
 * Trains networks and remembers their runs. What takes a moment is computed in the page, at once; the rest
 * in a worker, slice by slice. A run is the same wherever it is computed.
 */
export class Training {
	/** Somebody looks at the planes: the worker sends them along. */
	watched = false;
	/** Grows when a run has got further. */
	#news = $state(0);
	readonly #lab: Lab;
	readonly #runs = new Map<string, Run>();
	/** The planes that are known, by the view that they belong to. */
	readonly #planes = new WeakMap<FlowView, FlowSurfaceView>();
	#worker: Worker | undefined;
	#waiting: ((view: FlowView | undefined) => void) | undefined;
	#id = 0;

	constructor(lab: Lab) {
		this.#lab = lab;
	}

	/** What is seen at a step; while that is far to go, at the nearest step before it that is known. */
	see(question: Question, edge: FlowEdge, step: number): FlowView {
		void this.#news;
		const run = this.#run(question);
		const target = run.over ? Math.min(step, run.reached!.step) : step;
		const asked = JSON.stringify(edge);
		const known = run.recent.find((one) => stepOf(one.view) === target && one.edge === asked);
		if (known) return known.view;
		const from = nearest(run, target);
		const weights = from ? from.states.reduce((sum, s) => sum + 60 + s.weights.length, 0) : 0;
		const steps = target - (from?.step ?? 0);
		const most = from ? little / weights : opening;
		const view = this.#lab.flow({
			...params(question, edge),
			from: from?.states ?? [],
			steps: steps <= most ? steps : 0,
		});
		learn(run, view, edge);
		return view;
	}

	/** The plane as each network of a view sees it. */
	planes(question: Question, view: FlowView): FlowSurfaceView {
		let planes = this.#planes.get(view);
		if (!planes) {
			const { net, race } = question;
			const from = view.runs.map((run) => run.state);
			planes = this.#lab.flowSurface({ net, race, from, cells: cellsOf(net) });
			this.#planes.set(view, planes);
		}
		return planes;
	}

	/** The costs of each network, as far as they are known. */
	costs(question: Question): readonly (readonly number[])[] {
		void this.#news;
		return this.#run(question).costs.map((known) => known.slice());
	}

	/** Whether no network of the question goes beyond a step. */
	ends(question: Question, step: number): boolean {
		void this.#news;
		const run = this.#run(question);
		return step >= limits.maxSteps || (run.over && step >= run.reached!.step);
	}

	/** Goes one slice towards a step, in the worker; returns how far it came. */
	async towards(question: Question, edge: FlowEdge, step: number): Promise<number> {
		const run = this.#run(question);
		const target = Math.min(step, limits.maxSteps);
		const from = nearest(run, target);
		if (from && (from.step === target || (run.over && from === run.reached))) return from.step;
		const order = {
			...params(question, edge),
			from: from?.states ?? [],
			steps: target - (from?.step ?? 0),
		};
		const view = await this.#order(order, this.watched ? cellsOf(question.net) : 0);
		if (!view) return from?.step ?? 0;
		learn(run, view, edge);
		this.#news++;
		return stepOf(view);
	}

	/** Ends the worker, and what it is doing. */
	end(): void {
		this.#worker?.terminate();
		this.#worker = undefined;
		this.#waiting?.(undefined);
	}

	#run(question: Question): Run {
		const key = JSON.stringify(question);
		let run = this.#runs.get(key);
		if (!run) {
			run = { kept: [], reached: undefined, over: false, costs: [], recent: [] };
			this.#runs.set(key, run);
			const oldest = this.#runs.keys().next().value;
			if (this.#runs.size > remembered && oldest !== undefined) this.#runs.delete(oldest);
		}
		return run;
	}

	/** Gives the worker an order; undefined if another one, or its end, comes first. */
	#order(order: FlowParams, cells: number): Promise<FlowView | undefined> {
		this.#waiting?.(undefined);
		const id = ++this.#id;
		return new Promise((resolve) => {
			this.#waiting = resolve;
			/** Where there can be no worker, the page does its work. */
			const inPage = () => resolve(this.#lab.flow({ ...order, steps: Math.min(order.steps, apart) }));
			const worker = (this.#worker ??= startWorker());
			if (!worker) return inPage();
			worker.onmessage = ({ data }: MessageEvent<Answer>) => {
				if (data.id !== this.#id) return;
				if (!data.view) return inPage(); // and throws what the worker met
				if (data.planes) this.#planes.set(data.view, data.planes);
				resolve(data.view);
			};
			worker.onerror = inPage;
			worker.postMessage({ id, params: order, cells } satisfies Order);
		});
	}
}

const params = ({ net, race, unit }: Question, edge: FlowEdge) => ({ net, race, unit, edge });

/** The step that a view has reached: in a race one network may have stopped before. */
export function stepOf(view: FlowView): number {
	return Math.max(...view.runs.map((run) => run.state.step));
}

const momentOf = (view: FlowView): Moment => ({ step: stepOf(view), states: view.runs.map((r) => r.state) });

/** How many cells a plane has along each side: fewer where each costs much. */
const cellsOf = ({ depth, width }: FlowNet): number => (depth * width * width > 600 ? 24 : 32);

/** The last known moment that is not after a step. */
function nearest(run: Run, step: number): Moment | undefined {
	const known = [
		...run.kept.filter(Boolean),
		...(run.reached ? [run.reached] : []),
		...run.recent.map(({ view }) => momentOf(view)),
	];
	let best: Moment | undefined;
	for (const moment of known) if (moment.step <= step && (!best || moment.step > best.step)) best = moment;
	return best;
}

/** Adds what a view shows to what is known. */
function learn(run: Run, view: FlowView, edge: FlowEdge): void {
	const moment = momentOf(view);
	view.runs.forEach(({ costs, state }, i) => {
		const known = (run.costs[i] ??= []);
		const first = state.step - costs.length + 1;
		costs.forEach((cost, k) => (known[first + k] = cost));
	});
	const place = Math.floor(moment.step / apart);
	const kept = run.kept[place];
	if (!kept || moment.step < kept.step) run.kept[place] = moment;
	if (!run.reached || moment.step >= run.reached.step) run.reached = moment;
	run.over ||= view.runs.every((r) => r.fault.step > 0);
	run.recent = [{ view, edge: JSON.stringify(edge) }, ...run.recent.slice(0, lately - 1)];
}

/** Starts the page's worker, whose address the page holds. */
function startWorker(): Worker | undefined {
	const address = document.querySelector<HTMLMetaElement>('meta[name=worker]')?.content;
	return address ? new Worker(new URL(address, document.baseURI), { type: 'module' }) : undefined;
}
