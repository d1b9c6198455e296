import type { Progress } from './progress';
import { progress } from './store';

/** The state of the three dots of a page, and the words for them; no words where nothing was done. */
export function dots(
	{ pages, items }: Progress,
	path: string,
	ids: readonly string[],
): { done: [boolean, boolean, boolean]; words: string } {
	const { predicted, explored } = pages[path] ?? {};
	const known = ids.filter((id) => items[id]?.known).length;
	const words = [
		predicted && 'predicted',
		explored && 'explored',
		known > 0 && `${known} of ${ids.length} questions answered`,
	].filter((word) => word);
	const all = ids.length > 0 && known === ids.length;
	return { done: [predicted !== undefined, explored !== undefined, all], words: words.join(', ') };
}

/** Keeps the dots within an element (see Dots.svelte) in step with the reader's progress. */
export function showDots(within: HTMLElement): () => void {
	const show = () => {
		const now = progress.current;
		for (const node of within.querySelectorAll<HTMLElement>('[data-progress]')) {
			const { done, words } = dots(
				now,
				node.dataset.progress!,
				node.dataset.items!.split(' ').filter(Boolean),
			);
			node.querySelectorAll('i').forEach((dot, i) => dot.classList.toggle('done', done[i]));
			node.querySelector('span')!.textContent = words;
		}
	};
	show();
	return progress.subscribe(show);
}
