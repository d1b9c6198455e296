/**
 * Lets the steps of every order item of a page be moved: by their buttons, by the arrow keys on them, or dragged
 * with the pointer. Returns what puts the steps of an item back as they came.
 */
export function movable(page: HTMLElement): (item: HTMLElement) => void {
	const first = new Map<Element, Element[]>();
	for (const list of page.querySelectorAll('[data-kind=order] fieldset ol'))
		first.set(list, [...list.children]);

	page.addEventListener('click', (event) => {
		const button = buttonOf(event);
		if (button) move(button, Number(button.dataset.move));
	});
	page.addEventListener('keydown', (event) => {
		const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
		const button = buttonOf(event);
		if (!by || !button) return;
		event.preventDefault();
		move(button, by);
	});
	page.addEventListener('pointerdown', (event) => {
		const step = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-step]') : null;
		// A finger scrolls the page; it has the buttons.
		if (step && event.button === 0 && event.pointerType !== 'touch' && !buttonOf(event)) drag(step, event);
	});

	return (item) => {
		const list = item.querySelector('fieldset ol');
		if (list && first.has(list)) list.replaceChildren(...first.get(list)!);
	};
}

function buttonOf(event: Event): HTMLElement | null {
	return event.target instanceof Element ? event.target.closest<HTMLElement>('[data-move]') : null;
}

/** Moves the step of a button by one place, keeps the focus, and says where it stands. */
function move(button: HTMLElement, by: number): void {
	const step = button.closest<HTMLElement>('[data-step]')!;
	const other = by < 0 ? step.previousElementSibling : step.nextElementSibling;
	if (!other) return;
	if (by < 0) other.before(step);
	else other.after(step);
	button.focus();
	const all = [...step.parentElement!.children];
	const status = step.closest('[data-item]')!.querySelector('.reply')!;
	status.textContent = `Place ${all.indexOf(step) + 1} of ${all.length}.`;
}

/** The step changes places with its neighbours as the pointer passes their middle. */
function drag(step: HTMLElement, down: PointerEvent): void {
	down.preventDefault();
	step.setPointerCapture(down.pointerId);
	step.dataset.dragged = '';
	const follow = ({ clientY }: PointerEvent) => {
		const middle = (e: Element) => e.getBoundingClientRect().top + e.getBoundingClientRect().height / 2;
		const [before, after] = [step.previousElementSibling, step.nextElementSibling];
		// The neighbour is moved: the step itself would lose the pointer.
		if (before && clientY < middle(before)) step.after(before);
		else if (after && clientY > middle(after)) step.before(after);
	};
	const end = () => {
		delete step.dataset.dragged;
		step.removeEventListener('pointermove', follow);
		for (const type of ['pointerup', 'pointercancel'] as const) step.removeEventListener(type, end);
	};
	step.addEventListener('pointermove', follow);
	for (const type of ['pointerup', 'pointercancel'] as const) step.addEventListener(type, end);
}
