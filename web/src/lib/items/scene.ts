import type { Lab } from '../../core/load';
import type { Scene } from '../../items/item';

/** The values of the scene's controls as it opens. */
export function opening(scene: Scene): number[] {
	return [...(scene.params[scene.moves] as readonly number[])];
}

/** The number that the core gives for a state of the scene's controls. */
export function reading(lab: Lab, scene: Scene, values: readonly number[]): number {
	const call = lab[scene.call] as (params: unknown) => unknown;
	const view = call({ ...scene.params, [scene.moves]: values });
	const found = scene.reads.at.split('.').reduce((part, key) => (part as Record<string, unknown>)[key], view);
	if (typeof found !== 'number') throw new Error(`${scene.call} has no number at ${scene.reads.at}`);
	return found;
}

/** Whether a number lies in a range, ends included; "Infinity" is the word for what JSON lacks. */
export function within(
	value: number,
	{ from, to }: { readonly from: number | 'Infinity'; readonly to: number | 'Infinity' },
): boolean {
	return value >= Number(from) && value <= Number(to);
}
