// Scales of axes and sliders: the one place of the site where a logarithm is taken, and only to place things.
// d3-scale was measured first: it brings the interpolation of colours along, 9 KB of every page.

import { ticks } from 'd3-array';

export type ScaleKind = 'linear' | 'log';

/** Beside the scales of axes, that of a slider with both signs: even around 0, by ratio far from it. */
export type TrackKind = ScaleKind | 'asinh';

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

/** The scale of an axis over the pixels from…to; what lies outside the axis is placed at its end. A log axis begins above 0. */
export function scale(axis: Axis, from: number, to: number): Scale {
	const places = track(axis.kind ?? 'linear', axis.min, axis.max);
	const place = (value: number) => from + places.place(value) * (to - from);
	const invert = (pixel: number) => places.at((pixel - from) / (to - from));
	const made = axis.kind === 'log' ? decades(axis.min, axis.max) : even(axis.min, axis.max, axis.ticks ?? 6);
	return Object.assign(place, { invert, ticks: made });
}

/** What get gives, and the same object again while its members are the same: what hangs on it need not be made anew. */
export function settled<T extends object>(get: () => T): () => T {
	let last: T | undefined;
	return () => {
		const now = get();
		const names = Object.keys(now) as (keyof T)[];
		const same = last && names.every((name) => now[name] === last![name]);
		return same ? last! : (last = now);
	};
}

/** Places the values from min to max on 0…1 and back: evenly, by ratio (log, then min is above 0), or as asinh. */
export function track(
	kind: TrackKind,
	min: number,
	max: number,
): { place(value: number): number; at(place: number): number } {
	const inside = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
	if (kind === 'log') {
		const [low, length] = [Math.log(min), Math.log(max) - Math.log(min)];
		return {
			place: (value) => (Math.log(inside(value, min, max)) - low) / length,
			at: (place) => (place <= 0 ? min : place >= 1 ? max : Math.exp(low + place * length)),
		};
	}
	if (kind === 'asinh') {
		const [low, length] = [Math.asinh(min), Math.asinh(max) - Math.asinh(min)];
		return {
			place: (value) => (Math.asinh(inside(value, min, max)) - low) / length,
			at: (place) => (place <= 0 ? min : place >= 1 ? max : Math.sinh(low + place * length)),
		};
	}
	return {
		place: (value) => (inside(value, min, max) - min) / (max - min),
		at: (place) => min + inside(place, 0, 1) * (max - min),
	};
}

/** The line through points that are placed in pixels, as the data of a path. */
export function path(points: readonly (readonly [number, number])[]): string {
	return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(2)},${y.toFixed(2)}`).join('');
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

/** Even ticks, all printed with the decimals that the step between them needs. */
function even(min: number, max: number, count: number): Scale['ticks'] {
	const values = ticks(min, max, count);
	const decimals = Math.max(0, ...values.map((at) => (String(at).split('.')[1] ?? '').length));
	return values.map((at) => ({ at, text: at.toFixed(decimals).replace('-', '−') }));
}

/** The powers of ten from min to max. */
function decades(min: number, max: number): Scale['ticks'] {
	const made: { at: number; text: string }[] = [];
	for (let power = Math.ceil(Math.log10(min) - 1e-9); power <= Math.log10(max) + 1e-9; power++) {
		const at = Number(`1e${power}`);
		made.push({ at, text: String(at) });
	}
	return made;
}
