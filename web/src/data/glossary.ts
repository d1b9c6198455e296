import type { CrossEntropyView, KLView, Lab } from '../core/load.ts';
import { typeset } from '../lib/format.ts';
import { tex, type MathML } from '../lib/tex.ts';

/** A term of the field, explained once for the whole site. */
export interface Term {
	/** Its anchor on the glossary page; stays when the words change. */
	readonly id: string;
	readonly name: string;
	/** What else it is called: what a reader may type, and what a page may write in <dfn>. */
	readonly also?: readonly string[];
	/** What it is, in plain words. */
	readonly text: string;
	/** Its formula, made when asked for: the build sets it, the tools that only read names do not. */
	readonly math?: () => MathML;
	/** What it is measured in; none for what is no quantity. */
	readonly unit?: string;
	/** The formula with numbers, which the core computes. */
	readonly example?: (lab: Lab) => string;
	/** Where the lab explains or uses it: a page, or a section of one. */
	readonly where: readonly string[];
	/** Terms to read next. */
	readonly see?: readonly string[];
}

const information = 'nats or bits';
const share = 'a number from 0 to 1';

/** The glossary, in alphabetical order. */
export const glossary: readonly Term[] = [
	{
		id: 'accuracy',
		name: 'accuracy',
		text: 'The share of rows whose most probable class is the true one. It says how often a model is right, and nothing about how sure it was.',
		math: () => tex`\frac1N\sum_i \bigl[\arg\max_k q_i(k) = y_i\bigr]`,
		unit: share,
		where: ['#real'],
		see: ['calibration', 'cross-entropy'],
	},
	{
		id: 'back-propagation',
		name: 'back-propagation',
		also: ['backpropagation', 'chain rule'],
		text: 'Computing the slope of a loss in every weight of a network by the chain rule, from the output backwards. Each layer multiplies what arrives by its own slope and hands it on.',
		math: () =>
			tex`\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y}\,\frac{\partial y}{\partial x}`,
		where: ['learn/1-code/#derive', 'ref/history/#timeline'],
		see: ['gradient', 'vanishing-gradient'],
	},
	{
		id: 'binary-cross-entropy',
		name: 'binary cross-entropy',
		also: ['BCE', 'log loss', 'logistic loss'],
		text: 'Cross-entropy with two outcomes, from one number: the probability p of the outcome 1. With p the sigmoid of a logit z, its slope in z is p − y.',
		math: () => tex`-\bigl[y\log p + (1-y)\log(1-p)\bigr]`,
		unit: information,
		example: (lab) =>
			`Probability 0.9 for what happened costs ${costs(lab, 0.9)} nats, for what did not ${costs(lab, 1 - 0.9)}.`,
		where: ['learn/2-binary/#explore', 'learn/2-binary/#derive'],
		see: ['cross-entropy', 'sigmoid', 'logit'],
	},
	{
		id: 'bit',
		name: 'bit',
		also: ['bits', 'shannon'],
		text: 'The information in the answer to one yes-or-no question whose answers are equally likely. It is the unit that the logarithm to base 2 gives: each halving of a probability costs one bit more.',
		math: () => tex`1\ \text{bit} = \ln 2\ \text{nats}`,
		unit: information,
		where: ['', 'learn/1-code/#idea'],
		see: ['nat', 'surprisal'],
	},
	{
		id: 'brier-score',
		name: 'Brier score',
		text: 'The squared distance between the predicted probabilities and what happened. It is bounded, strictly proper, and kinder than cross-entropy to a model that was sure and wrong.',
		math: () => tex`\sum_k \bigl(q(k) - [k = y]\bigr)^2`,
		unit: 'a number from 0 to 2; some halve it for two classes',
		where: ['learn/6-mse/#meaning', 'learn/4-kl/#directions'],
		see: ['proper-scoring-rule', 'squared-error'],
	},
	{
		id: 'calibration',
		name: 'calibration',
		also: ['calibrated'],
		text: 'Whether probabilities mean what they say: of all predictions made with probability 0.8, eight in ten should come true. A model can be accurate without it, and calibrated without being accurate.',
		math: () => tex`P(\text{right}\mid\text{confidence} = c) = c`,
		where: ['learn/9-apply/#images'],
		see: ['confidence', 'calibration-error', 'reliability-diagram', 'temperature-scaling'],
	},
	{
		id: 'calibration-error',
		name: 'calibration error',
		also: ['expected calibration error', 'ECE'],
		text: 'How far confidence and accuracy lie apart, averaged over bins of similar confidence. It depends on the bins, and is above 0 by chance even for a calibrated model.',
		math: () => tex`\sum_b \frac{n_b}{N}\,\bigl|\text{acc}_b - \text{conf}_b\bigr|`,
		unit: share,
		where: ['learn/9-apply/#images'],
		see: ['calibration', 'reliability-diagram'],
	},
	{
		id: 'class-weight',
		name: 'class weight',
		also: ['class weights', 'positive weight'],
		text: 'A factor on the loss of every row of a class, to make a rare class count more. It changes the distribution that the model learns: its probabilities are then those of a world in which the classes are as frequent as the weights pretend.',
		where: ['learn/9-apply/#choose', 'ref/#losses'],
		see: ['cross-entropy', 'focal-loss'],
	},
	{
		id: 'code-length',
		name: 'code length',
		also: ['codeword', 'code'],
		text: 'How long the codeword of an outcome should be so that messages are short on average: minus the logarithm of its probability. A code that believes in q where p is true needs the cross-entropy of p and q.',
		math: () => tex`\ell(x) = -\log_2 q(x)`,
		unit: 'bits',
		where: ['learn/1-code/#idea'],
		see: ['surprisal', 'entropy', 'cross-entropy'],
	},
	{
		id: 'confidence',
		name: 'confidence',
		text: 'The probability that a model gives the class it finds most probable. It is what the model claims about itself, not what is true.',
		math: () => tex`\max_k q(k)`,
		unit: share,
		where: ['#real'],
		see: ['calibration', 'accuracy'],
	},
	{
		id: 'cross-entropy',
		name: 'cross-entropy',
		also: ['cross entropy'],
		text: 'What outcomes that follow p cost on average under a model that believes in q: the expected surprisal. With a label that names one class it is the surprisal of that class. It is least when q equals p.',
		math: () => tex`H(p, q) = -\sum_x p(x)\log q(x)`,
		unit: information,
		example: (lab) => {
			const { text } = three(lab);
			return `Truth (0.6, 0.3, 0.1), model (0.33, 0.33, 0.34): ${text.crossEntropy} bits.`;
		},
		where: ['learn/1-code/#definition', 'learn/4-kl/#derive'],
		see: ['entropy', 'kl-divergence', 'surprisal', 'likelihood'],
	},
	{
		id: 'dark-knowledge',
		name: 'dark knowledge',
		text: 'What a trained model knows beyond its first choice: which wrong classes it finds nearly right. A picture of a 2 that resembles a 7 more than a 5 says so in small probabilities.',
		where: ['learn/3-softmax/#distil', 'learn/9-apply/#distillation'],
		see: ['distillation', 'soft-label', 'temperature'],
	},
	{
		id: 'distillation',
		name: 'distillation',
		also: ['knowledge distillation'],
		text: 'Training a small model on the probabilities of a large one instead of on labels, both softened by a temperature T. The soft part of the loss is multiplied by T² so that its slopes keep their size.',
		math: () => tex`T^2\,D\bigl(q^{\text{teacher}}_T\,\|\,q^{\text{student}}_T\bigr)`,
		unit: information,
		where: ['learn/3-softmax/#distil', 'learn/9-apply/#distillation'],
		see: ['temperature', 'soft-label', 'dark-knowledge'],
	},
	{
		id: 'distribution',
		name: 'distribution',
		also: ['probability distribution', 'simplex'],
		text: 'A share of one unit of belief for each thing that can happen: none negative, all together 1. The distributions over K classes form a simplex: a line for two classes, a triangle for three.',
		math: () => tex`p(x) \ge 0,\quad \sum_x p(x) = 1`,
		where: ['learn/1-code/#definition', 'learn/4-kl/#explore'],
		see: ['softmax', 'entropy'],
	},
	{
		id: 'elbo',
		name: 'ELBO',
		also: ['evidence lower bound', 'variational bound'],
		text: 'A lower bound on the logarithm of what a model with hidden causes z thinks of the data: how well the data is rebuilt from the inferred causes, less how far these stray from what was expected before.',
		math: () => tex`\mathbb E_{q(z)}[\log p(x\mid z)] - D\bigl(q(z)\,\|\,p(z)\bigr) \le \log p(x)`,
		unit: information,
		where: ['learn/9-apply/#latent', 'learn/9-apply/#derive'],
		see: ['kl-divergence', 'likelihood'],
	},
	{
		id: 'entropy',
		name: 'entropy',
		text: 'What outcomes cost on average under the best possible model, the truth itself. It measures how uncertain the world is: 0 if only one thing can happen, the logarithm of K if K things are equally likely.',
		math: () => tex`H(p) = -\sum_x p(x)\log p(x)`,
		unit: information,
		example: (lab) =>
			`A fair coin has ${coin(lab, 0.5)}, one that lands on the same side nine times in ten ${coin(lab, 0.9)}.`,
		where: ['learn/4-kl/#question', 'learn/4-kl/#derive'],
		see: ['cross-entropy', 'surprisal', 'maximum-entropy'],
	},
	{
		id: 'focal-loss',
		name: 'focal loss',
		text: 'Cross-entropy that turns its attention away from rows which are already right: each is multiplied by how much probability is still missing, to the power γ. With γ = 0 it is cross-entropy.',
		math: () => tex`(1 - q(y))^\gamma\,\bigl(-\log q(y)\bigr)`,
		unit: information,
		where: ['learn/9-apply/#choose', 'ref/#losses'],
		see: ['cross-entropy', 'class-weight'],
	},
	{
		id: 'gradient',
		name: 'gradient',
		also: ['slope'],
		text: 'The slopes of a loss in all that can be changed, one number each. It points to where the loss rises fastest; training steps the other way. For softmax and cross-entropy the slope in a logit is the model’s probability minus the true one.',
		math: () => tex`\frac{\partial L}{\partial z_k} = q_k - p_k`,
		unit: 'loss per unit of what is changed',
		example: (lab) =>
			`The logits 2, 1, 0 with the first class true: ${row(lab, [2, 1, 0]).gradient.map(typeset).join(', ')}.`,
		where: ['learn/1-code/#every-logit', 'learn/3-softmax/#slopes'],
		see: ['back-propagation', 'softmax', 'learning-rate'],
	},
	{
		id: 'hessian',
		name: 'Hessian',
		also: ['curvature'],
		text: 'The slopes of the slopes: how a loss bends. For cross-entropy of a softmax it is never negative in any direction, so the loss has no false bottoms in its logits.',
		math: () => tex`\operatorname{diag}(q) - q\,q^{\mathsf T}`,
		where: ['learn/3-softmax/#slopes', 'ref/#functions'],
		see: ['gradient', 'softmax'],
	},
	{
		id: 'ignore-index',
		name: 'ignore index',
		also: ['ignored row', 'padding', 'mask'],
		text: 'A label that stands for “no label”, often −100, so that padding costs nothing and teaches nothing. The mean must then divide by the rows that count, not by all of them.',
		where: ['learn/8-practice/#techniques', 'ref/#losses'],
		see: ['class-weight', 'cross-entropy'],
	},
	{
		id: 'js-divergence',
		name: 'Jensen–Shannon divergence',
		also: ['Jensen-Shannon divergence', 'JS divergence', 'JS'],
		text: 'How far two distributions are from their average. It is symmetric, never infinite and at most one bit; its square root is a distance.',
		math: () => tex`\tfrac12 D(p\,\|\,m) + \tfrac12 D(q\,\|\,m),\quad m = \tfrac12(p+q)`,
		unit: information,
		example: (lab) =>
			`Between two distributions with nothing in common it is ${lab.kl({ p: [1, 0], q: [0, 1], unit: 'nats' }).text.jsMax} nats.`,
		where: ['learn/4-kl/#directions'],
		see: ['kl-divergence'],
	},
	{
		id: 'kl-divergence',
		name: 'KL divergence',
		also: [
			'divergence',
			'Kullback–Leibler divergence',
			'Kullback-Leibler divergence',
			'relative entropy',
			'information gain',
		],
		text: 'What a model q costs beyond what the truth p itself costs. It is 0 only where the two agree, infinite if the model excludes what happens, and not symmetric.',
		math: () => tex`D(p\,\|\,q) = \sum_x p(x)\log\frac{p(x)}{q(x)}`,
		unit: information,
		example: (lab) => {
			const { text } = three(lab);
			return `Truth (0.6, 0.3, 0.1), model (0.33, 0.33, 0.34): ${text.crossEntropy} − ${text.entropy} = ${text.kl} bits.`;
		},
		where: ['learn/4-kl/#derive', 'learn/4-kl/#directions'],
		see: ['cross-entropy', 'entropy', 'js-divergence'],
	},
	{
		id: 'label-smoothing',
		name: 'label smoothing',
		text: 'Giving every class a small part of the label: ε is shared among all K classes, the rest stays. The model is then no longer asked for infinite logits, and its loss can no longer reach 0.',
		math: () => tex`p'(k) = (1-\varepsilon)\,p(k) + \frac{\varepsilon}{K}`,
		where: ['learn/9-apply/#choose', 'ref/#losses'],
		see: ['soft-label', 'one-hot'],
	},
	{
		id: 'learning-rate',
		name: 'learning rate',
		text: 'How far one step of training goes against the gradient. Too small and nothing happens; too large and each step lands higher than it started, until the numbers overflow.',
		math: () => tex`w \leftarrow w - \eta\,\frac{\partial L}{\partial w}`,
		where: ['learn/6-mse/#explore'],
		see: ['gradient', 'overflow'],
	},
	{
		id: 'likelihood',
		name: 'likelihood',
		also: ['log-likelihood', 'maximum likelihood', 'negative log-likelihood', 'NLL'],
		text: 'The probability that a model gives to all the data that was seen. Its logarithm is a sum over the rows; minus their mean is the cross-entropy of the data under the model. So the greatest likelihood is the least cross-entropy.',
		math: () => tex`-\frac1N\sum_i \log q(y_i\mid x_i) = H(p_{\text{data}}, q)`,
		unit: information,
		where: ['learn/5-mle/#derive', 'learn/5-mle/#promises'],
		see: ['cross-entropy', 'overflow'],
	},
	{
		id: 'log-sum-exp',
		name: 'log-sum-exp',
		also: ['logsumexp', 'log-softmax'],
		text: 'The logarithm of a sum of exponentials: a smooth maximum. With the greatest logit taken out first nothing can overflow, and it is what a softmax in logarithms subtracts.',
		math: () => tex`\operatorname{lse}(z) = m + \log\sum_k e^{z_k - m},\quad m = \max_k z_k`,
		unit: 'that of the logits',
		where: ['learn/8-practice/#derive', 'learn/1-code/#derive'],
		see: ['softmax', 'overflow', 'logit'],
	},
	{
		id: 'logit',
		name: 'logit',
		also: ['logits', 'log-odds', 'score'],
		text: 'A raw score of a model before it becomes a probability: any number, only differences matter. For two outcomes it is the logarithm of the odds.',
		math: () => tex`z = \log\frac{p}{1-p}`,
		unit: 'nats',
		where: ['learn/1-code/#explore', 'learn/3-softmax/#question'],
		see: ['softmax', 'sigmoid'],
	},
	{
		id: 'maximum-entropy',
		name: 'maximum entropy',
		also: ['maxent'],
		text: 'A rule for choosing a distribution of which little is known: of all that agree with what is known, take the one with the greatest entropy. Given a mean, it is a softmax of the values.',
		math: () => tex`p(x) = \frac{e^{-\lambda f(x)}}{\sum_{x'} e^{-\lambda f(x')}}`,
		where: ['learn/summary/#question', 'learn/summary/#derive'],
		see: ['entropy', 'softmax', 'temperature'],
	},
	{
		id: 'mutual-information',
		name: 'mutual information',
		text: 'How much knowing one thing tells of another: what the uncertainty about one falls by when the other is seen. It is the divergence of what happens together from what independence would give.',
		math: () => tex`I(X; Y) = D\bigl(p(x, y)\,\|\,p(x)\,p(y)\bigr)`,
		unit: information,
		where: ['ref/#packages'],
		see: ['kl-divergence', 'entropy'],
	},
	{
		id: 'nat',
		name: 'nat',
		also: ['nats'],
		text: 'The unit of information that the natural logarithm gives, and what frameworks print. An outcome of probability 1/e costs one nat.',
		math: () => tex`1\ \text{nat} = \frac{1}{\ln 2}\ \text{bits}`,
		unit: information,
		where: ['learn/1-code/#definition', 'learn/4-kl/#directions'],
		see: ['bit'],
	},
	{
		id: 'one-hot',
		name: 'one-hot label',
		also: ['one-hot', 'hard label', 'label'],
		text: 'A label without doubt, as a distribution: 1 for the class that it was and 0 for the others. Its entropy is 0, so the whole loss could be trained away.',
		math: () => tex`p(k) = [k = y]`,
		where: ['learn/1-code/#one-hot'],
		see: ['soft-label', 'cross-entropy'],
	},
	{
		id: 'overflow',
		name: 'overflow',
		also: ['underflow'],
		text: 'A result too large for the number format, which becomes infinite; underflow is one too small, which becomes 0. The exponential overflows float32 beyond 88.7 and float64 beyond 709.8.',
		where: ['learn/8-practice/#bits', 'learn/3-softmax/#shift', 'learn/5-mle/#underflow'],
		see: ['log-sum-exp', 'softplus'],
	},
	{
		id: 'perplexity',
		name: 'perplexity',
		text: 'The exponential of the cross-entropy: as if the model hesitated between that many outcomes, all equally likely. It is the same number in whatever unit the loss was measured.',
		math: () => tex`e^{H\,[\text{nats}]} = 2^{H\,[\text{bits}]}`,
		unit: 'a number of outcomes, from 1',
		example: (lab) =>
			`The logits 2, 1, 0 with the first class true cost ${row(lab, [2, 1, 0]).loss} nats: a perplexity of ${row(lab, [2, 1, 0]).perplexity}.`,
		where: ['learn/9-apply/#language', '#real'],
		see: ['cross-entropy', 'entropy'],
	},
	{
		id: 'proper-scoring-rule',
		name: 'proper scoring rule',
		also: ['strictly proper', 'proper score', 'scoring rule'],
		text: 'A loss for probabilities under which nobody gains by saying anything but what they believe. Strictly proper: only honesty is best. Cross-entropy and the Brier score both are.',
		math: () => tex`\mathbb E_{x\sim p}\,S(p, x) \le \mathbb E_{x\sim p}\,S(q, x)`,
		where: ['learn/4-kl/#directions', 'learn/6-mse/#meaning'],
		see: ['brier-score', 'cross-entropy'],
	},
	{
		id: 'reliability-diagram',
		name: 'reliability diagram',
		text: 'Accuracy drawn against confidence. A calibrated model lies on the diagonal; below it, the model promises more than it keeps.',
		where: ['learn/9-apply/#images'],
		see: ['calibration', 'calibration-error'],
	},
	{
		id: 'sampling',
		name: 'sampling',
		also: ['top-k', 'top-p', 'nucleus sampling'],
		text: 'Drawing the next token from the model’s probabilities instead of taking the most probable one. Top-k keeps the k most probable tokens, top-p the fewest whose probabilities reach p; the rest is left out and what stays is rescaled.',
		where: ['learn/3-softmax/#draw'],
		see: ['temperature', 'softmax'],
	},
	{
		id: 'saturation',
		name: 'saturation',
		also: ['saturated'],
		text: 'Where a curve has become so flat that its slope is nearly 0, as the sigmoid far from the middle. What is multiplied by that slope learns nothing. Cross-entropy cancels it in the output layer, and only there.',
		math: () => tex`\sigma'(z) = \sigma(z)\,(1 - \sigma(z))`,
		where: ['learn/6-mse/#derive', 'ref/history/#corrections'],
		see: ['sigmoid', 'vanishing-gradient', 'squared-error'],
	},
	{
		id: 'sigmoid',
		name: 'sigmoid',
		also: ['logistic function'],
		text: 'Turns a logit into the probability of one of two outcomes. It is a softmax over the logit and 0.',
		math: () => tex`\sigma(z) = \frac{1}{1 + e^{-z}}`,
		unit: share,
		example: (lab) => `σ(2) = ${row(lab, [2, 0]).probs[0]}.`,
		where: ['learn/2-binary/#explore', 'learn/6-mse/#derive'],
		see: ['logit', 'softmax', 'softplus'],
	},
	{
		id: 'soft-label',
		name: 'soft label',
		also: ['soft target', 'soft targets'],
		text: 'A label that shares itself among several classes: the votes of annotators, a teacher’s probabilities, a smoothed or mixed label. Each class then counts by itself.',
		where: ['learn/1-code/#every-logit'],
		see: ['one-hot', 'label-smoothing', 'distillation'],
	},
	{
		id: 'softmax',
		name: 'softmax',
		text: 'Turns logits into a distribution: exponentials, divided by their sum. Adding the same number to all logits changes nothing.',
		math: () => tex`q_k = \frac{e^{z_k}}{\sum_j e^{z_j}}`,
		unit: share,
		example: (lab) => `The logits 2, 1, 0 give ${row(lab, [2, 1, 0]).probs.join(', ')}.`,
		where: ['learn/1-code/#derive', 'learn/3-softmax/#explore'],
		see: ['logit', 'temperature', 'log-sum-exp'],
	},
	{
		id: 'softplus',
		name: 'softplus',
		text: 'A smooth corner: 0 far to the left, z far to the right. It is binary cross-entropy seen from the logit, and computed so nothing overflows and no digit is lost.',
		math: () => tex`\log(1 + e^{z}) = \max(z, 0) + \log\bigl(1 + e^{-|z|}\bigr)`,
		unit: 'that of the logit',
		where: ['learn/2-binary/#stable'],
		see: ['binary-cross-entropy', 'sigmoid', 'overflow'],
	},
	{
		id: 'squared-error',
		name: 'squared error',
		also: ['MSE', 'mean squared error'],
		text: 'The square of the difference between prediction and truth. For numbers with Gaussian noise it is the likelihood; for probabilities it is the Brier score, whose slope in the logit vanishes where the model is sure and wrong.',
		math: () => tex`(p - y)^2`,
		unit: 'the square of what is predicted',
		where: ['learn/6-mse/#explore', 'learn/6-mse/#meaning'],
		see: ['brier-score', 'saturation', 'likelihood'],
	},
	{
		id: 'surprisal',
		name: 'surprisal',
		also: ['self-information', 'information content'],
		text: 'What one outcome costs: minus the logarithm of the probability it was given. Certain outcomes cost nothing, impossible ones infinitely much.',
		math: () => tex`-\log q(x)`,
		unit: information,
		example: (lab) => `Probability 0.05 costs ${costs(lab, 0.05)} nats.`,
		where: ['', 'learn/1-code/#definition'],
		see: ['cross-entropy', 'code-length', 'bit'],
	},
	{
		id: 'temperature',
		name: 'temperature',
		text: 'What logits are divided by before the softmax. Below 1 the distribution sharpens towards its maximum, above 1 it flattens towards equal shares; the slope in a logit is divided by it too.',
		math: () => tex`q_k = \frac{e^{z_k/T}}{\sum_j e^{z_j/T}}`,
		unit: 'that of the logits',
		example: (lab) =>
			`The logits 2, 1, 0 at T = 2 are 1, 0.5, 0, and give ${row(lab, [1, 0.5, 0]).probs.join(', ')}.`,
		where: ['learn/3-softmax/#explore', 'learn/3-softmax/#temperature', 'learn/summary/#derive'],
		see: ['softmax', 'temperature-scaling', 'distillation'],
	},
	{
		id: 'temperature-scaling',
		name: 'temperature scaling',
		text: 'Mending the calibration of a trained model with one number: the temperature with the least cross-entropy on rows kept aside. It changes no decision, only how sure the model is of it.',
		where: ['learn/9-apply/#images'],
		see: ['temperature', 'calibration'],
	},
	{
		id: 'vanishing-gradient',
		name: 'vanishing gradient',
		also: ['vanishing gradients', 'exploding gradient'],
		text: 'What reaches the first layers of a deep network when every layer on the way multiplies by less than 1: next to nothing. Factors above 1 make it explode. The loss sets what enters at the output, not what the layers do to it.',
		where: ['learn/6-mse/#table', 'ref/history/#corrections'],
		see: ['back-propagation', 'saturation'],
	},
	{
		id: 'variational-autoencoder',
		name: 'variational autoencoder',
		also: ['variational auto-encoder', 'VAE'],
		text: 'A network that squeezes each example into a few uncertain numbers and rebuilds it from them. It is trained on the ELBO: good rebuilding, and numbers that stay near what was expected.',
		where: ['learn/9-apply/#latent', 'ref/history/#timeline'],
		see: ['elbo', 'kl-divergence'],
	},
	{
		id: 'z-loss',
		name: 'z-loss',
		also: ['z-penalty'],
		text: 'A small penalty on the square of the log-sum-exp, which keeps the logits of a large model from drifting where the softmax cannot see it.',
		math: () => tex`\zeta\,\bigl(\operatorname{lse}(z)\bigr)^2`,
		where: ['ref/#losses'],
		see: ['log-sum-exp', 'logit'],
	},
];

function costs(lab: Lab, prob: number): string {
	return lab.surprisal({ probs: [prob], unit: 'nats' }).texts[0]!;
}

function coin(lab: Lab, heads: number): string {
	const p = [heads, 1 - heads];
	return `${lab.kl({ p, q: p, unit: 'bits' }).text.entropy} bits`;
}

/** The state that chapter 4 begins with. */
function three(lab: Lab): KLView {
	return lab.kl({ p: [0.6, 0.3, 0.1], q: [0.33, 0.33, 0.34], unit: 'bits' });
}

function row(lab: Lab, logits: readonly number[]): CrossEntropyView['text'] {
	return lab.crossEntropy({ logits, label: 0, unit: 'nats' }).text;
}
