// The worker of the training page: a core of its own, which trains while the page answers to its reader.
//
// It keeps nothing: an order holds the network, its seed and the states to go on from, and its answer the
// states at the end. One order is one slice, at most as many steps as are asked for and as fit its time.

import wasm from '../../../../generated/training.wasm?url';
import { load, type FlowParams, type FlowSurfaceView, type FlowView } from '../../../core/load';

export interface Order {
	readonly id: number;
	readonly params: FlowParams;
	/** Along each side of the planes that are wanted too; 0: none. */
	readonly cells: number;
}

export interface Answer {
	readonly id: number;
	/** The view after the slice. */
	readonly view?: FlowView;
	readonly planes?: FlowSurfaceView;
	readonly error?: string;
}

/** How long a slice may take, in milliseconds. */
const slice = 8;

const core = load(wasm);
let pace = 1; // steps per millisecond, as the last slices went

addEventListener('message', ({ data }: MessageEvent<Order>) => void work(data));

async function work({ id, params, cells }: Order): Promise<void> {
	let answer: Answer;
	try {
		const lab = await core;
		const steps = Math.min(params.steps, Math.max(1, Math.floor(pace * slice)));
		const start = performance.now();
		const view = lab.flow({ ...params, steps });
		pace = (pace + steps / Math.max(0.05, performance.now() - start)) / 2;
		answer = { id, view };
		if (cells > 0) {
			const { net, race } = params;
			const from = view.runs.map((run) => run.state);
			answer = { id, view, planes: lab.flowSurface({ net, race, from, cells }) };
		}
	} catch (cause) {
		answer = { id, error: String(cause) };
	}
	postMessage(answer);
}
