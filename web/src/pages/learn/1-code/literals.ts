import type { CrossEntropyView } from '../../../core/load';

/** The numbers of the moment as literals of each language; reading them gives the very numbers of the view. */
export function literals(view: CrossEntropyView, label: number): Record<string, string> {
	const { code } = view;
	const logits = (infinity: string) => code.logits.map((z) => z.replace('∞', infinity)).join(', ');
	const json = (text: string) =>
		/^-?[\d.]+(e[+-]?\d+)?$/.test(text) ? text : `"${text.replace('∞', 'Infinity')}"`;
	return {
		go_logits: code.logits.map((z) => (z === '-∞' ? 'math.Inf(-1)' : z)).join(', '),
		np_logits: floats(code.logits)
			.map((z) => z.replace('∞', 'np.inf'))
			.join(', '),
		torch_logits: logits('inf'),
		json_logits: code.logits.map(json).join(', '),
		json_probs: view.text.probs.map(json).join(', '),
		json_nats: json(code.nats),
		target: code.target.join(', '),
		label: String(label),
		nats: code.nats.replace('∞', 'inf'),
		gradient: code.gradient.join(', '),
	};
}

/** Marks the first number as a float, so that NumPy does not make an array of integers. */
function floats(texts: readonly string[]): string[] {
	return texts.map((text, i) => (i === 0 && /^-?\d+$/.test(text) ? `${text}.0` : text));
}
