import { slot } from './snippet';

/**
 * Attach it to an element data-still in which some numbers live: what bears data-slot="name", and the \slot{name} of
 * formulas, follows the values; everything else stands as the build wrote it.
 */
export function slots(values: () => Readonly<Record<string, string>>): (still: HTMLElement) => void {
	const fillers = new WeakMap<HTMLElement, ReturnType<typeof filler>>();
	return (still) => {
		if (!fillers.has(still)) fillers.set(still, filler(still));
		fillers.get(still)!(values());
	};
}

const texts = />([^<]+)</g;
const shape = (markup: string) => markup.replace(texts, '><');

/** Fills the slots within an element, again and again: only what changed is touched. */
export function filler(element: HTMLElement): (values: Readonly<Record<string, string>>) => void {
	const shown = new Map<Element, string>();
	return (values) => {
		for (const part of element.querySelectorAll('[data-slot]')) {
			const value = slot(values, part.getAttribute('data-slot')!);
			const before = shown.get(part);
			if (before === value) continue;
			shown.set(part, value);
			if (before !== undefined && shape(before) === shape(value)) retype(part, value);
			else part.innerHTML = value;
		}
	};
}

/** Gives a part of unchanged shape its new texts: cheaper than parsing and laying out new elements. */
function retype(part: Element, value: string): void {
	const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
	for (const [, text] of value.matchAll(texts)) {
		const node = walker.nextNode();
		if (node && node.nodeValue !== text) node.nodeValue = text!;
	}
}
