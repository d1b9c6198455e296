/** How far a finger that taps may stray, in pixels. */
const stray = 10;

/** Where a finger came down that has not yet shown what it wants. */
let down: PointerEvent | undefined;

/**
 * Whether what is dragged along an axis follows an event of the pointer. A mouse takes it along as it comes down. A
 * finger may be about to scroll: it takes along what it is on once it moves along the axis more than across it, or if it
 * lifts where it came down.
 */
export function takesAlong(event: PointerEvent, axis: 'x' | 'y' = 'x'): boolean {
	if (event.pointerType !== 'touch') return true;
	if (event.type === 'pointerdown') down = event;
	if (!down) return true;
	const [x, y] = [Math.abs(event.clientX - down.clientX), Math.abs(event.clientY - down.clientY)];
	const wants = event.type === 'pointerup' ? Math.max(x, y) < stray : axis === 'x' ? x > y : y > x;
	if (wants || event.type === 'pointerup') down = undefined;
	return wants;
}
