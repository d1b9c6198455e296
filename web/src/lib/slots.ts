import { slot } from './snippet';

/**
 * Attach it to an element data-still in which some numbers live: what bears data-slot="name", and the \slot{name} of
 * formulas, follows the values; everything else stands as the build wrote it.
 */
export function slots(values: () => Readonly<Record<string, string>>): (still: HTMLElement) => void {
	return (still) => {
		const now = values();
		for (const part of still.querySelectorAll('[data-slot]'))
			part.innerHTML = slot(now, part.getAttribute('data-slot')!);
	};
}
