import type { SoftmaxView } from '../../../core/load';

/** The numbers of the moment as literals of each language. */
export function literals({ code, formula }: SoftmaxView, label: number): Record<string, string> {
	const logits = (infinity: string) => code.logits.map((z) => z.replace('-∞', infinity)).join(', ');
	const json = (text: string) => (text.includes('∞') ? `"${text.replace('∞', 'Infinity')}"` : text);
	return {
		go_logits: logits('math.Inf(-1)'),
		py_logits: logits('-inf'),
		json_logits: code.logits.map(json).join(', '),
		temperature: formula.temperature,
		label: String(label),
		loss: code.loss.replace('∞', 'inf'),
		go_loss: code.loss.replace('∞', '+Inf'),
		json_loss: json(code.loss),
		gradient: code.gradient.join(', '),
		go_gradient: code.gradient.join(' '),
	};
}
