import { getContext, setContext } from 'svelte';
import type { Unit } from '../core/load';

const key = Symbol('settings');

/** What the reader has chosen for the whole page. */
export class Settings {
	/** The unit every amount of information is shown in. */
	unit: Unit = $state('nats');

	constructor(unit: Unit) {
		this.unit = unit;
	}
}

/** Gives the settings to every component of a page. */
export function provideSettings(settings: Settings): Settings {
	return setContext(key, settings);
}

/** The settings of the page. */
export function useSettings(): Settings {
	return getContext(key);
}
