// Scales of axes and sliders: the one place of the site where a logarithm is taken, and only to place things.

import { scaleLinear, scaleLog } from 'd3-scale';

export type ScaleKind = 'linear' | 'log';

/** An axis: the range of its values and what it says. */
export interface Axis {
	readonly min: number;
	readonly max: number;
	readonly kind?: ScaleKind;
	readonly label: string;
	/** About how many ticks. */
	readonly ticks?: number;
}

/** Places values of an axis on pixels. */
export interface Scale {
	(value: number): number;
	invert(pixel: number): number;
	readonly ticks: readonly { readonly at: number; readonly text: string }[];
}

/** The scale of an axis over the pixels from…to. A log axis begins above 0; its labelled ticks are powers of ten. */
export function scale(axis: Axis, from: number, to: number): Scale {
	const base =
		axis.kind === 'log'
			? scaleLog().domain([axis.min, axis.max]).range([from, to]).clamp(true)
			: scaleLinear().domain([axis.min, axis.max]).range([from, to]).clamp(true);
	const count = axis.ticks ?? 6;
	const values = base.ticks(count);
	const text = axis.kind === 'log' ? base.tickFormat(count, '~g') : base.tickFormat(count);
	const ticks = values.map((at) => ({ at, text: text(at).replace('-', '−') })).filter((t) => t.text !== '');
	return Object.assign((value: number) => base(value), {
		invert: (pixel: number) => base.invert(pixel),
		ticks,
	});
}

/** Places the values of a slider on 0…1 and back. A log slider begins above 0. */
export function track(
	kind: ScaleKind,
	min: number,
	max: number,
): { place(value: number): number; at(place: number): number } {
	const base =
		kind === 'log' ? scaleLog().domain([min, max]).clamp(true) : scaleLinear().domain([min, max]).clamp(true);
	return { place: (value) => base(value), at: (place) => base.invert(place) };
}

/** The value moved into min…max and onto a multiple of step, free of the dust of binary fractions. */
export function snap(value: number, min: number, max: number, step: number): number {
	const inside = Math.min(max, Math.max(min, value));
	if (step <= 0) return inside;
	const perUnit = Math.round(1 / step);
	const snapped =
		perUnit >= 1 && perUnit * step > 0.999999
			? Math.round(inside * perUnit) / perUnit
			: Math.round(inside / step) * step;
	return Math.min(max, Math.max(min, snapped));
}
