/**
 * Lights up together what names the same thing: while the pointer is on an element data-link="q", or the focus
 * within one, the node carries data-lit="q" and the style sheet does the rest.
 */
export function lights(node: HTMLElement): () => void {
	const light = (event: Event) => {
		const link = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-link]') : null;
		const name = link?.getAttribute('data-link');
		if (name) node.dataset.lit = name;
		else delete node.dataset.lit;
	};
	const dark = () => delete node.dataset.lit;
	node.addEventListener('pointerover', light);
	node.addEventListener('focusin', light);
	node.addEventListener('pointerleave', dark);
	node.addEventListener('focusout', dark);
	return () => {
		node.removeEventListener('pointerover', light);
		node.removeEventListener('focusin', light);
		node.removeEventListener('pointerleave', dark);
		node.removeEventListener('focusout', dark);
	};
}
