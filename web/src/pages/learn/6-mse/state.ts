import type { Axis, Coordinate } from '../../../core/load';
import { limits } from '../../../core/limits.gen';
import type { Preset } from '../../../lib/Presets.svelte';
import { choice, integer, number, type Schema } from '../../../lib/share/codec';

/** The state of explorer E6. */
export interface State {
	/** Which of p and z was set last; the other follows. */
	by: Coordinate;
	p: number;
	z: number;
	/** The label. */
	y: number;
	/** What the losses are looked at along, and the axis of the pulls. */
	along: Coordinate;
	axis: Axis;
	/** The race: the logit it starts at, its learning rate, the steps made. */
	start: number;
	rate: number;
	n: number;
}

export const schema: Schema<State> = {
	by: choice<Coordinate>('p', ['p', 'z']),
	p: number(0.7, 0, 1),
	z: number(0, -limits.maxLogit, limits.maxLogit),
	y: number(1, 0, 1),
	along: choice<Coordinate>('z', ['p', 'z']),
	axis: choice<Axis>('linear', ['linear', 'log']),
	start: number(-4, -limits.maxLogit, limits.maxLogit),
	rate: number(1, 1e-6, 1000),
	n: integer(25, 0, limits.maxRaceSteps),
};

/** What the page opens with; an example changes some of it. */
const base: State = { by: 'p', p: 0.7, z: 0, y: 1, along: 'z', axis: 'linear', start: -4, rate: 1, n: 25 };

export const presets: readonly Preset<State>[] = [
	{
		name: 'p = 0.05, along z',
		note: 'Wrong and rather sure. On the logit, which is what training moves, squared error has nearly let go.',
		state: { ...base, p: 0.05 },
	},
	{
		name: 'p = 0.05, along p',
		note: 'The same state. Along p squared error is nearly at its steepest: the curve that lets go is not in this picture.',
		state: { ...base, p: 0.05, along: 'p' },
	},
	{
		name: 'p = 0.001, log axis',
		note: 'The surer the mistake, the weaker squared error: its pull falls with p itself, while that of cross-entropy stays at 1.',
		state: { ...base, p: 0.001, axis: 'log' },
	},
	{
		name: 'Its strongest pull',
		note: 'Squared error corrects half-hearted mistakes best: nowhere does it pull harder on the logit than at p = ⅓.',
		state: { ...base, p: 0.3333 },
	},
	{
		name: 'A soft label, met',
		note: 'Both losses are lowest exactly where p is the label: both are proper scores. Neither pulls there.',
		state: { ...base, p: 0.7, y: 0.7 },
	},
	{
		name: 'z = 10 000, y = 0',
		note: 'The cross-entropy is 10 000 and its slope 1. The slope of squared error has more than four thousand zeros before its first digit.',
		state: { ...base, by: 'z', z: 10_000, y: 0 },
	},
	{
		name: 'p = 0, and it happened',
		note: 'An infinite loss, and infinitely steep along p. Along z the slope is −1: nothing overflows where training takes place.',
		state: { ...base, p: 0 },
	},
	{
		name: 'A hopeless start',
		note: 'From a logit of −12 cross-entropy needs about two dozen steps. After a thousand, squared error has not moved visibly.',
		state: { ...base, by: 'z', z: -12, start: -12, n: 1000 },
	},
];
