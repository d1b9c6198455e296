import type { Unit } from '../../../core/load';
import type { at } from './state';

/** The numbers of the moment as literals of each language. */
export function literals(
	view: ReturnType<typeof at>,
	t: number,
	text: { readonly ece: string; readonly chance: string; readonly loss: string },
	unit: Unit,
): Record<string, string> {
	const { bins } = view;
	return {
		goBins: bins
			.map(
				(b) =>
					`\t\t{Weight: ${b.rows}, Squares: ${b.rows}, Confidence: ${b.confidence}, Accuracy: ${b.accuracy}},`,
			)
			.join('\n'),
		rows: bins.map((b) => b.rows).join(', '),
		confidence: bins.map((b) => b.confidence).join(', '),
		accuracy: bins.map((b) => b.accuracy).join(', '),
		t: String(t),
		ece: text.ece,
		chance: text.chance,
		loss: text.loss,
		unit,
	};
}
