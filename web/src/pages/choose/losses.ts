// What the guided choice says about each loss: for the build and the tests only.

import type { MathML } from '../../lib/tex';
import { tex } from '../../lib/tex';
import type { Snippet } from '../../lib/snippet';
import type { Loss } from './questions';

export interface Advice {
	readonly when: string;
	readonly because: string;
	readonly beware: string;
	readonly math: MathML;
	/** The explorer or section that shows it: below the site's root. */
	readonly see: string;
}

export const advice: Readonly<Record<Loss, Advice>> = {
	softmax: {
		when: 'Exactly one of several classes is true, and the labels say which.',
		because:
			'It is maximum likelihood, and its gradient is the error itself, q − p: large while the model is wrong, gone when it is right.',
		beware:
			'Give it logits. A softmax before it is the commonest silent mistake: nothing fails, and the loss stays high.',
		math: tex`L = -\log q_c = \log \sum_j e^{z_j} - z_c`,
		see: 'learn/1-code/#explore',
	},
	soft: {
		when: 'Labels are distributions: the votes of annotators, mixtures of images, a teacher’s answers.',
		because:
			'The same loss, averaged over what the label holds possible. It is lowest when the model repeats the doubt of the label.',
		beware: 'It does not fall to 0, but to the entropy of the labels. Judge it by what lies above.',
		math: tex`L = -\sum_x p(x) \log q(x)`,
		see: 'learn/4-kl/#explore',
	},
	weights: {
		when: 'One class of several, and the one that matters is rare, or missing it is dear.',
		because: 'A weight makes each row of a class count as several. It is the same as repeating those rows.',
		beware:
			'The probabilities are then those of the reweighted world, too high for the rare class. Divide by the weights, or move a threshold instead.',
		math: tex`L = -\frac{\sum_i w_{c_i} \log q_{i, c_i}}{\sum_i w_{c_i}}`,
		see: 'learn/1-code/#every-logit',
	},
	smoothing: {
		when: 'One class of several, and a few labels are wrong.',
		because:
			'A small share of every label goes to the other classes, so that no logit is pushed towards infinity and a wrong label is never the whole truth.',
		beware: 'It makes the model modest also where the labels are right, and the loss cannot reach 0.',
		math: tex`p = (1 - \varepsilon)\,\mathrm{onehot} + \varepsilon / K`,
		see: 'learn/4-kl/#question',
	},
	robust: {
		when: 'One class of several, and many labels are wrong.',
		because:
			'Cross-entropy charges without bound for a confident contradiction, and a wrong label is one. Here a row costs at most 1/r.',
		beware:
			'It learns slowly at first, and hard but right rows are taken for noise. Begin with cross-entropy, then change.',
		math: tex`L = \frac{1 - q_c^{\,r}}{r} \qquad r \to 0:\ -\log q_c`,
		see: 'learn/6-mse/#meaning',
	},
	focal: {
		when: 'One class of several, and most rows are so easy that they drown the rest.',
		because:
			'A row that is already right with probability q counts only (1 − q)² as much, so what is left to learn decides.',
		beware:
			'It is not a proper score: the model becomes too modest. Calibrate before you read its probabilities.',
		math: tex`L = -(1 - q_c)^{\gamma} \log q_c`,
		see: 'learn/9-apply/#images',
	},
	binary: {
		when: 'Yes or no, once a row or for each of several labels that do not exclude each other.',
		because:
			'Each label is a coin of its own. Its gradient along the logit is p − y, and from logits it never overflows.',
		beware:
			'A softmax would make the labels compete for one unit of belief. Several may be true here, or none.',
		math: tex`L = \max(z, 0) - z y + \log\bigl(1 + e^{-|z|}\bigr)`,
		see: 'learn/6-mse/#explore',
	},
	positives: {
		when: 'Yes or no, and yes is rare, or missing it is dear.',
		because: 'A weight on the positive term alone; negatives over positives makes both sides count the same.',
		beware:
			'The probabilities come out too high, as with any weight. Move the threshold, or correct the logit by ln w.',
		math: tex`L = -w\, y \log p - (1 - y) \log (1 - p)`,
		see: 'learn/6-mse/#explore',
	},
	'binary-soft': {
		when: 'Yes or no, and the label is itself a probability.',
		because: 'The loss is linear in the label, so a label of 0.7 is the average of seven yes and three no.',
		beware: 'Its lowest value is the entropy of the label, not 0.',
		math: tex`L = -y \log p - (1 - y) \log (1 - p) \qquad 0 \le y \le 1`,
		see: 'learn/6-mse/#explore',
	},
	'binary-smoothing': {
		when: 'Yes or no, and some of the labels are wrong.',
		because:
			'Labels of 0.95 and 0.05 say that one in twenty may be wrong, so that contradicting one costs a bounded amount.',
		beware: 'If errors are more frequent on one side, say so: smooth that side more.',
		math: tex`y' = (1 - \varepsilon)\, y + \varepsilon / 2`,
		see: 'learn/6-mse/#explore',
	},
	'binary-focal': {
		when: 'Yes or no many times a row, nearly always an easy no: objects in an image, tags of a text.',
		because:
			'Easy negatives count next to nothing, and a balance sets what is left of them against the positives.',
		beware: 'Two numbers to choose instead of none. Try a weight of positives first.',
		math: tex`L = -\alpha\, y (1 - p)^{\gamma} \log p - (1 - \alpha)(1 - y)\, p^{\gamma} \log (1 - p)`,
		see: 'learn/9-apply/#images',
	},
	squared: {
		when: 'The answer is a number, and errors scatter evenly around it.',
		because:
			'It is cross-entropy too: minus the log-likelihood of a normal distribution of constant width, but for constants.',
		beware:
			'One outlier counts by its square. And through a sigmoid or softmax it is slow where it is most wrong.',
		math: tex`L = (\hat y - y)^2`,
		see: 'learn/6-mse/#meaning',
	},
};

const files = import.meta.glob<Snippet>('./code/*', { eager: true, query: '?code', import: 'default' });

/** The code of a loss in three languages. */
export function codeOf(loss: Loss): { name: string; snippet: Snippet }[] {
	return [
		{ name: 'Go', file: `./code/${loss}.go.txt` },
		{ name: 'NumPy', file: `./code/${loss}.numpy.py` },
		{ name: 'PyTorch', file: `./code/${loss}.torch.py` },
	].map(({ name, file }) => {
		const snippet = files[file];
		if (!snippet) throw new Error(`no ${file}`);
		return { name, snippet };
	});
}
