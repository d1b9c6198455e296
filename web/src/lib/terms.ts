import { mount } from 'svelte';

/**
 * Lets the words that a page defines open their entries of the glossary in place. Before scripts run they are links
 * to the entry, and with a modifier key, or where the entry cannot be had, they still are; otherwise they act as
 * buttons. root leads from the page to the site's root.
 */
export function terms(root: string): (node: HTMLElement) => () => void {
	return (node) => {
		for (const link of node.querySelectorAll('a[data-term]')) {
			link.setAttribute('role', 'button');
			link.setAttribute('aria-haspopup', 'dialog');
		}
		let definition: Promise<Definition> | undefined;
		let pressed: Element | null = null; // the word whose entry was open when the pointer came down: it closes it

		const word = (event: Event) =>
			event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-term]') : null;
		const open = async (link: HTMLAnchorElement) => {
			try {
				definition ??= make(root);
				await (await definition).show(link);
			} catch {
				definition = undefined;
				location.assign(link.href);
			}
		};
		const press = (event: Event) =>
			(pressed = word(event)?.matches('[aria-expanded=true]') ? word(event) : null);
		const click = (event: MouseEvent) => {
			const link = word(event);
			if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
			event.preventDefault();
			if (link !== pressed) void open(link);
			pressed = null;
		};
		const key = (event: KeyboardEvent) => {
			const link = word(event);
			if (!link || event.key !== ' ') return;
			event.preventDefault(); // a button answers to Space, and the page does not scroll
			void open(link);
		};
		node.addEventListener('pointerdown', press);
		node.addEventListener('click', click);
		node.addEventListener('keydown', key);
		return () => {
			node.removeEventListener('pointerdown', press);
			node.removeEventListener('click', click);
			node.removeEventListener('keydown', key);
		};
	};
}

interface Definition {
	show(link: HTMLAnchorElement): Promise<void>;
}

/** The popover, which comes with the first word that is asked for. */
async function make(root: string): Promise<Definition> {
	const { default: component } = await import('./Definition.svelte');
	return mount(component, { target: document.body, props: { root } });
}
