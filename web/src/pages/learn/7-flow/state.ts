import type {
	FlowActivation,
	FlowEdge,
	FlowInit,
	FlowLoss,
	FlowNet,
	FlowTask,
	FlowView,
} from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import { typeset } from '../../../lib/format';
import type { Answer } from '../../../lib/PredictFirst.svelte';
import type { Preset } from '../../../lib/Presets.svelte';
import { choice, flag, integer, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E7. A run is the same, number by number, wherever it is opened. */
export interface State {
	loss: FlowLoss;
	/** Whether a second network runs from the same weights under the other loss. */
	race: boolean;
	act: FlowActivation;
	init: FlowInit;
	/** The standard deviation of the initialisation "normal". */
	sd: number;
	task: FlowTask;
	rate: number;
	depth: number;
	width: number;
	seed: number;
	step: number;
	/** What is looked at closely: a point, and the weight from one unit to another. */
	point: number;
	layer: number;
	from: number;
	to: number;
}

const { maxDepth, maxWidth, minRate, maxRate, minSpread, maxSpread, maxSeed, maxSteps, flowSamples } = limits;

export const schema: Schema<State> = {
	loss: choice<FlowLoss>('binary', ['squared', 'binary', 'softmax']),
	race: flag(true),
	act: choice<FlowActivation>('sigmoid', ['sigmoid', 'tanh', 'relu']),
	init: choice<FlowInit>('xavier', ['xavier', 'he', 'normal', 'zeros']),
	sd: number(1, minSpread, maxSpread),
	task: choice<FlowTask>('halves', ['halves', 'ring', 'quarters']),
	rate: number(1, minRate, maxRate),
	depth: integer(4, 1, maxDepth),
	width: integer(6, 1, maxWidth),
	seed: integer(1, 0, maxSeed),
	step: integer(0, 0, maxSteps),
	point: integer(7, 0, flowSamples - 1),
	layer: integer(1, 1, maxDepth + 1),
	from: integer(0, 0, maxWidth - 1),
	to: integer(0, 0, maxWidth - 1),
};

/** The state that the page begins with. */
export const first: State = {
	loss: 'binary',
	race: true,
	act: 'sigmoid',
	init: 'xavier',
	sd: 1,
	task: 'halves',
	rate: 1,
	depth: 4,
	width: 6,
	seed: 1,
	step: 0,
	point: 7,
	layer: 1,
	from: 0,
	to: 0,
};

export function netOf(state: State): FlowNet {
	return {
		depth: state.depth,
		width: state.width,
		activation: state.act,
		init: state.init,
		spread: state.sd,
		loss: state.loss,
		rate: state.rate,
		seed: state.seed,
		task: state.task,
	};
}

export function edgeOf(state: State): FlowEdge {
	return { example: state.point, layer: state.layer, from: state.from, to: state.to };
}

/** The losses by name, in a sentence and on a button. */
export const lossNames: Readonly<Record<FlowLoss, string>> = {
	squared: 'squared error',
	binary: 'cross-entropy',
	softmax: 'softmax cross-entropy',
};

const net = { sd: 1, seed: 1, step: 0, race: true } as const;

export const presets: readonly Preset<State>[] = [
	{
		name: 'Deep sigmoid',
		note: 'Each layer on the way back takes its share of the gradient. Change the loss: all bars move together, and the staircase stays.',
		state: {
			...net,
			loss: 'binary',
			act: 'sigmoid',
			init: 'xavier',
			task: 'halves',
			rate: 1,
			depth: 8,
			width: 8,
		},
	},
	{
		name: 'Saturated start',
		note: 'Weights far too large: the units are stuck at 0 and 1, and the outputs are sure and wrong. Squared error hardly notices; cross-entropy does. Press play.',
		state: {
			...net,
			loss: 'squared',
			act: 'sigmoid',
			init: 'normal',
			sd: 10,
			task: 'ring',
			rate: 0.5,
			depth: 2,
			width: 8,
			seed: 5,
		},
	},
	{
		name: 'Rate too high',
		note: 'ReLU puts no bound on what it passes on, so one step that is too long makes the next one longer.',
		state: {
			...net,
			loss: 'binary',
			act: 'relu',
			init: 'he',
			task: 'halves',
			rate: 3,
			depth: 8,
			width: 16,
			step: 10,
		},
	},
	{
		name: 'Dead ReLU',
		note: 'A few steps that were too long have pushed every unit of a layer below zero, for every point. Their slope is 0, and nothing flows back through a slope of 0.',
		state: {
			...net,
			loss: 'binary',
			act: 'relu',
			init: 'he',
			task: 'ring',
			rate: 3,
			depth: 3,
			width: 8,
			seed: 6,
			step: 20,
		},
	},
	{
		name: 'All zeros',
		note: 'Every unit of a layer is alike, so every one gets the same gradient, and here none: the signal is multiplied by weights of 0.',
		state: {
			...net,
			loss: 'binary',
			act: 'tanh',
			init: 'zeros',
			task: 'ring',
			rate: 0.5,
			depth: 3,
			width: 6,
		},
	},
	{
		name: 'It learns',
		note: 'Slopes near 1 and weights to match: the gradient arrives at the first layer about as large as it left the last.',
		state: {
			...net,
			loss: 'binary',
			act: 'tanh',
			init: 'xavier',
			task: 'ring',
			rate: 0.1,
			depth: 3,
			width: 8,
		},
	},
];

/** By how much the gradient of the last layer exceeds that of the first one, when both losses begin. */
export function prediction(ce: string, squared: string): readonly Answer[] {
	return [
		{
			text: 'It flattens the staircase: with cross-entropy the first layer learns like the last',
			reply: `It does not. The bars rise by ${ce} decades a layer under cross-entropy and by ${squared} under squared error. What shrinks them lies between the layers, where the loss has no part.`,
		},
		{
			text: 'It lifts all bars alike, and the staircase stays',
			right: true,
			reply: `The loss decides what the output sends back; from there on both go the same way: ${ce} decades a layer with cross-entropy, ${squared} with squared error.`,
		},
		{
			text: 'It lifts the bar of the output layer, and no other',
			reply: `The output’s signal is a factor of every gradient behind it, so all bars rise with it. But ${ce} decades a layer are still lost on the way, ${squared} with squared error.`,
		},
	];
}

/** What went wrong, or goes wrong, in a run: the sentence below the picture; undefined if nothing does. */
export function trouble(view: FlowView, state: State): { what: string; why: string } | undefined {
	const fault = view.runs.find((r) => r.fault.step > 0)?.fault;
	if (fault) {
		const value = fault.infinite ? 'infinite' : 'not a number';
		return {
			what: `Step ${fault.step} gives a loss that is ${value}.`,
			why: `One step before, a weight of layer ${fault.layer} was ${typeset(fault.weight)} and the norm of the gradient there ${typeset(fault.grad)}. Multiplied through ${state.depth} layers that leaves the range of float64; infinity minus infinity is no number, and no number plus anything stays none. Its figures are those of step ${fault.step - 1}, the last that could be computed. Take a lower rate.`,
		};
	}
	const { layers } = view.runs[0]!;
	const dead = layers.dead.indexOf(1);
	if (dead >= 0)
		return {
			what: `Layer ${dead + 1} is dead.`,
			why: `All its ${state.width} units are 0 for every point. Whatever comes back is multiplied by a slope of 0, so no layer before it learns again. Only the bias of the output still moves.`,
		};
	const stuck = state.act === 'relu' ? -1 : layers.saturated.findIndex((share) => share > 0.6);
	const last = layers.grad.at(-1)!;
	const rounding =
		last > 0 && last < 1e-15
			? ` The ${typeset(layers.text.grad.at(-1)!)} of the last layer is rounding: there the points of both classes cancel.`
			: '';
	if (layers.grad[0] === 0)
		return {
			what: 'Nothing reaches the first layer.',
			why:
				stuck < 0
					? `Its gradient is exactly 0: somewhere on the way the signal was multiplied by weights that are all 0.${rounding}`
					: `Its gradient is 0: layer ${stuck + 1} is saturated, and the product of slopes as flat as these is below the least number that float64 holds.`,
		};
	if (stuck >= 0)
		return {
			what: `Layer ${stuck + 1} is saturated.`,
			why: `${layers.text.saturated[stuck]} of its outputs lie where the activation is flat; their slopes multiply the gradient of every layer before.`,
		};
	return undefined;
}
