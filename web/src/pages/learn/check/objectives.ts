import { progress } from '../../../lib/progress/store';

/**
 * Ticks the objectives within an element by evidence: one is reached while every question that tests it was right the
 * last time it was asked.
 */
export function showObjectives(within: HTMLElement): () => void {
	const show = () => {
		const { items } = progress.current;
		for (const node of within.querySelectorAll<HTMLElement>('[data-objective]')) {
			const ids = node.dataset.objective!.split(' ').filter(Boolean);
			const known = ids.filter((id) => items[id]?.known);
			const reached = ids.length > 0 && known.length === ids.length;
			node.classList.toggle('reached', reached);
			for (const link of node.querySelectorAll<HTMLElement>('[data-tests]'))
				link.classList.toggle('known', known.includes(link.dataset.tests!));
			node.querySelector('.known:not(a)')!.textContent = reached
				? 'reached'
				: known.length > 0
					? `${known.length} of ${ids.length} right`
					: '';
		}
	};
	show();
	return progress.subscribe(show);
}
