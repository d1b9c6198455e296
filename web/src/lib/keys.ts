/** Where the usual keys of a slider lead: arrows one step, with Shift (or page keys) ten, Home and End the ends. */
export function keyTarget(
	event: KeyboardEvent,
	value: number,
	min: number,
	max: number,
	step: number,
): number | undefined {
	if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
	const few = event.shiftKey ? 10 * step : step;
	switch (event.key) {
		case 'ArrowRight':
		case 'ArrowUp':
			return value + few;
		case 'ArrowLeft':
		case 'ArrowDown':
			return value - few;
		case 'PageUp':
			return value + 10 * step;
		case 'PageDown':
			return value - 10 * step;
		case 'Home':
			return min;
		case 'End':
			return max;
	}
	return undefined;
}
