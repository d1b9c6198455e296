/**
 * What scrolls must be reachable by keyboard: the node can be focused while its content is wider than it is.
 * Before scripts run, the browser's own keyboard scrolling has to do.
 */
export function scrollable(node: HTMLElement): () => void {
	let frame = 0;
	const update = () => {
		if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
		else node.removeAttribute('tabindex');
	};
	const soon = () => {
		cancelAnimationFrame(frame);
		frame = requestAnimationFrame(update);
	};
	const sized = new ResizeObserver(soon);
	sized.observe(node);
	const changed = new MutationObserver(soon);
	changed.observe(node, { childList: true, characterData: true, subtree: true });
	return () => {
		cancelAnimationFrame(frame);
		sized.disconnect();
		changed.disconnect();
	};
}
