/** How long the content must rest before its width is read, in milliseconds. */
const rest = 200;

/**
 * What scrolls must be reachable by keyboard: the node can be focused while its content is wider than it is.
 * Before scripts run, the browser's own keyboard scrolling has to do.
 *
 * Reading a width lays the page out, so it waits until a drag rests: done in every frame it would cost as much
 * as the drag itself.
 */
export function scrollable(node: HTMLElement): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const update = () => {
		if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
		else node.removeAttribute('tabindex');
	};
	const soon = () => {
		clearTimeout(timer);
		timer = setTimeout(update, rest);
	};
	const sized = new ResizeObserver(soon);
	sized.observe(node);
	const changed = new MutationObserver(soon);
	changed.observe(node, { childList: true, characterData: true, subtree: true });
	update();
	return () => {
		clearTimeout(timer);
		sized.disconnect();
		changed.disconnect();
	};
}
