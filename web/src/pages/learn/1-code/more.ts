import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';
import { tex } from '../../../lib/tex';

const bits = (lab: Lab, ...probs: number[]) => lab.surprisal({ probs, unit: 'bits' }).values;
const nats = (lab: Lab, ...probs: number[]) => lab.surprisal({ probs, unit: 'nats' }).values;
const loss = (lab: Lab, logits: number[], label = 0) => lab.crossEntropy({ logits, label, unit: 'nats' });
const draw = { at: [-6, -3, 0, 3, 6], from: -6, to: 6 } as const;

/** The loss of the true class at logit z, two rivals at 0. */
const ofLogit = (lab: Lab, z: number) => loss(lab, [z, 0, 0]).loss;

export const more: readonly Item[] = [
	{
		id: 'code-reduces',
		tests: ['information', 'likelihood'],
		section: 'one-hot',
		question: 'With one-hot labels, what does cross-entropy reduce to, and why?',
		answers: [
			{
				text: 'To −log q of the true class: every other term is multiplied by a true probability of 0.',
				right: true,
				reply: 'What the true class was believed to be is all that counts, as in a likelihood.',
			},
			{
				text: 'To the entropy of the label, because a one-hot label has nothing else.',
				reply: 'That entropy is 0, for the label leaves no doubt. The loss is what the model adds to it.',
			},
			{
				text: 'To 1 − q of the true class: the share of belief that went astray.',
				reply:
					'That is linear and at most 1. The logarithm makes a certain and wrong answer cost without bound.',
			},
			{
				text: 'To −log q summed over all classes, because each output has its own error.',
				reply: 'Then a model would be punished for every class that did not happen, also where it is right.',
			},
		],
	},
	{
		id: 'code-shorter',
		kind: 'numeric',
		tests: ['information'],
		section: 'idea',
		question:
			'A model gave what happened probability 0.2, a better one gives it 0.8. By how many bits is the message shorter?',
		answer: (lab) => bits(lab, 0.2)[0]! - bits(lab, 0.8)[0]!,
		digits: 2,
		unit: 'bits',
		reply: 'Four times the probability: one bit for each doubling.',
		misses: [
			{
				value: (lab) => nats(lab, 0.2)[0]! - nats(lab, 0.8)[0]!,
				reply: 'That many nats: take the logarithm to base 2.',
			},
			{
				value: (lab) => bits(lab, 0.2)[0]!,
				reply: 'That is the whole message under the first model. Take away what it costs under the second.',
			},
			{ value: () => 0.6, reply: 'The difference of the probabilities. Lengths go by their ratio.' },
		],
		hint: 'A length is −log₂ q, and the difference of two logarithms is the logarithm of a ratio.',
	},
	{
		id: 'code-perplexity',
		kind: 'numeric',
		tests: ['language', 'information'],
		section: 'idea',
		question:
			'The loss of a language model falls from 3 bits a token to 2. By which factor does its perplexity fall?',
		answer: (lab) => loss(lab, [0, 0, 0, 0, 0, 0, 0, 0]).perplexity / loss(lab, [0, 0, 0, 0]).perplexity,
		digits: 2,
		reply:
			'It hesitated between 8 equally likely tokens, now between 4. One bit less halves the perplexity, wherever one starts.',
		misses: [
			{
				value: (lab) => bits(lab, 1 / 8)[0]! / bits(lab, 1 / 4)[0]!,
				reply: 'The ratio of the losses. Perplexity is 2 to the power of the bits.',
			},
			{
				value: () => 2.718,
				reply: 'So it would if the loss fell by one nat. These are bits, so the base is 2.',
			},
			{ value: () => 1, reply: 'The loss falls by one, the perplexity by a factor.' },
		],
		hint: 'The perplexity is 2³ before and 2² after.',
	},
	{
		id: 'code-logit-draw',
		kind: 'curve',
		tests: ['squared', 'stability'],
		section: 'derive',
		question:
			'Three classes; the two wrong ones stay at logit 0. How does the loss run as the logit of the true class goes from −6 to 6?',
		x: { min: draw.from, max: draw.to, label: 'logit of the true class' },
		y: { min: 0, max: 8, label: 'loss in nats' },
		at: draw.at,
		curve: (lab) =>
			Array.from({ length: 25 }, (_, i) => ({ x: draw.from + i / 2, y: ofLogit(lab, draw.from + i / 2) })),
		truth: (lab) => draw.at.map((z) => ofLogit(lab, z)),
		within: 0.5,
		reply:
			'A straight line of slope −1 on the left, where the model is wrong, and flat on the right, where nothing is left to learn. Squared error would be flat on both sides.',
		above:
			'On the right the true class has nearly all belief and costs nearly nothing; on the left the loss is about the lead of the rivals, no more.',
		below: 'On the left the loss does not level off: each unit of logit that is missing costs one nat more.',
	},
	{
		id: 'code-one-bit',
		kind: 'state',
		tests: ['information', 'stability'],
		section: 'explore',
		question:
			'Two classes. The wrong one has logit 3. Set the logit of the true class so that the loss is one bit.',
		scene: {
			call: 'crossEntropy',
			params: { logits: [0, 3], label: 0, unit: 'bits' },
			moves: 'logits',
			as: 'sliders',
			legend: 'Logits',
			names: ['true class', 'wrong class'],
			fixed: [1],
			min: -8,
			max: 8,
			step: 0.1,
			reads: { at: 'loss', name: 'The loss', unit: 'bits' },
			goal: { from: 0.99, to: 1.01 },
		},
		solution: [3, 3],
		reply:
			'One bit is the cost of probability one half, and two equal logits share the belief evenly, however high they are.',
		misses: [
			{
				from: 4.2,
				to: 4.6,
				reply: 'A logit of 0 is not a probability of one half: only the distance to the other logits counts.',
			},
			{ from: 0, to: 0.99, reply: 'Too sure: more than half of the belief is on the true class.' },
		],
		hint: 'Which probability costs one bit? And which logits give it?',
	},
	{
		id: 'code-gradient-order',
		kind: 'order',
		tests: ['implement', 'squared', 'fused'],
		section: 'derive',
		question: 'Put the derivation of the gradient in each logit into order.',
		steps: [
			{
				id: 'start',
				text: 'The loss for the true class c',
				math: tex`inline:L = -\log q_c`,
				needs: [],
				reply: 'What is to be differentiated comes first.',
			},
			{
				id: 'softmax',
				text: 'Write the probability as the softmax of the logits',
				math: tex`inline:L = -\log \frac{e^{z_c}}{\sum_j e^{z_j}}`,
				needs: ['start'],
				reply: 'It brings the logits into the loss, which must be there already.',
			},
			{
				id: 'split',
				text: 'Split the logarithm of the quotient',
				math: tex`inline:L = \log \sum_j e^{z_j} - z_c`,
				needs: ['softmax'],
				reply: 'There is a quotient to split only once the softmax is written out.',
			},
			{
				id: 'first',
				text: 'Differentiate the first part: the softmax comes back',
				math: tex`inline:\frac{\partial L}{\partial z_i} = q_i - \frac{\partial z_c}{\partial z_i}`,
				needs: ['split'],
				reply: 'It differentiates a sum of two parts, so the split comes before it.',
			},
			{
				id: 'second',
				text: 'Differentiate the second: 1 for the true class, else 0',
				math: tex`inline:\frac{\partial L}{\partial z_i} = q_i - p_i`,
				needs: ['first'],
				reply: 'The result: it stands at the end.',
			},
		],
		reply:
			'The logarithm undoes the exponential, and a difference of prediction and truth is left. Squared error has no such luck.',
	},
	{
		id: 'code-overflow-bug',
		kind: 'bug',
		tests: ['stability', 'implement'],
		section: 'derive',
		question: 'The loss of this row should be a finite number. Which line spoils it?',
		language: 'python',
		lines: [
			{ code: 'import numpy as np', reply: 'Nothing is computed here.' },
			{
				code: 'z = np.array([2.0, 1000.0, 0.0])',
				reply: 'Unusual, not wrong: the loss of these logits is an ordinary number, and float64 can hold it.',
			},
			{
				code: 'lse = np.log(np.exp(z).sum())',
				right: true,
				reply:
					'The exponential of 1000 is beyond every float64. With the maximum taken out first the largest exponential is 1.',
			},
			{ code: 'loss = lse - z[0]', reply: 'This is the loss: log-sum-exp less the logit of the true class.' },
			{ code: 'print(f"{loss:.4f}")', reply: 'It only prints what was computed: inf.' },
		],
		fix: 'lse = z.max() + np.log(np.exp(z - z.max()).sum())',
		prints: { wrong: 'inf', mended: (lab) => loss(lab, [2, 1000, 0]).loss },
	},
	{
		id: 'code-double-bug',
		kind: 'bug',
		tests: ['implement', 'fused', 'debug'],
		section: 'derive',
		question:
			'A model that is nearly sure and right is charged {charged} nats instead of {due}. Which line is to blame?',
		figures: {
			charged: (lab) => loss(lab, [...loss(lab, [6, 0, 0]).probs]).text.loss,
			due: (lab) => loss(lab, [6, 0, 0]).text.loss,
		},
		language: 'python',
		lines: [
			{ code: 'import numpy as np', reply: 'Nothing is computed here.' },
			{
				code: 'def cross_entropy(z, label): return np.log(np.exp(z).sum()) - z[label]',
				reply: 'It is right for logits of ordinary size: log-sum-exp less the logit of the label.',
			},
			{
				code: 'logits = np.array([6.0, 0.0, 0.0])',
				reply: 'Logits may be any numbers. These favour class 0 clearly.',
			},
			{
				code: 'q = np.exp(logits) / np.exp(logits).sum()',
				reply: 'A proper softmax. The probabilities are right; what is done with them is not.',
			},
			{
				code: 'loss = cross_entropy(q, 0)',
				right: true,
				reply:
					'The loss takes logits and does its own softmax. Given probabilities it does a second one, and those differ by 1 at most: the loss can never come near 0.',
			},
			{ code: 'print(f"{loss:.4f}")', reply: 'It only prints what was computed.' },
		],
		fix: 'loss = cross_entropy(logits, 0)',
		prints: { wrong: '0.5546', mended: (lab) => loss(lab, [6, 0, 0]).loss },
	},
	{
		id: 'code-mean-bug',
		kind: 'bug',
		tests: ['implement', 'debug'],
		section: 'explore',
		question: 'The mean loss of four rows, in two parts because memory is short. Which line gets it wrong?',
		language: 'go',
		around: {
			before: 'package main\n\nimport (\n\t"fmt"\n\n\t"xent"\n)\n\nfunc main() {',
			after: '}',
		},
		lines: [
			{ code: 'z := []float64{1, 0, 2, 0, -1, 0, 0, 3}', reply: 'Four rows of two logits.' },
			{ code: 'labels := []int{0, 0, 0, 1}', reply: 'A label for each row.' },
			{
				code: 'a, _ := xent.CrossEntropy(xent.LogitsOf(z[:6], 2), labels[:3], nil)',
				reply: 'Three rows and their three labels: fine.',
			},
			{
				code: 'b, _ := xent.CrossEntropy(xent.LogitsOf(z[6:], 2), labels[3:], nil)',
				reply: 'The one row that is left, with its label: fine.',
			},
			{
				code: 'mean := float64(a.Mean()+b.Mean()) / 2',
				right: true,
				reply:
					'A mean of means counts the single row of the second part three times as much as those of the first. Add the sums, and divide once by all rows.',
			},
			{ code: 'fmt.Printf("%.4f\\n", mean)', reply: 'It only prints what was computed.' },
		],
		fix: 'mean := float64(a.Sum()+b.Sum()) / (a.Weight + b.Weight)',
		prints: {
			wrong: '0.3165',
			mended: (lab) =>
				[
					[1, 0],
					[2, 0],
					[-1, 0],
					[3, 0],
				].reduce((sum, z) => sum + loss(lab, z).loss, 0) / 4,
		},
	},
	{
		id: 'code-fused',
		tests: ['fused', 'stability'],
		section: 'derive',
		question: 'Why do frameworks take logits, and do the softmax inside the loss?',
		answers: [
			{
				text: 'Because the logarithm and the exponential cancel, and what would have been rounded to 0 or 1 in between is kept',
				right: true,
				reply:
					'log-sum-exp less a logit is exact where a probability has long become 0, and its gradient q − p needs no division.',
			},
			{
				text: 'Because the softmax has parameters that the loss must train',
				reply: 'It has none. All that is learnt lies before it.',
			},
			{
				text: 'Because a softmax on its own has no gradient',
				reply:
					'It has one, the matrix diag(q) − qqᵀ. Multiplying by it and by 1/q apart is where digits are lost.',
			},
			{
				text: 'Only to save the memory of one array',
				reply:
					'It saves that too. But the two ways differ by more: at a gap of 1000 between the logits one is finite and the other is not.',
			},
		],
	},
	{
		id: 'code-clip',
		tests: ['stability', 'debug'],
		section: 'every-logit',
		question:
			'To avoid log 0, a loss first clips every probability to at least 1e-7. What becomes of an example that is sure and wrong, with a true class at 1e-12?',
		answers: [
			{
				text: 'It stays as it is: below the clip the loss is constant, so its gradient is 0',
				right: true,
				reply:
					'The examples that most need a push get none. The loss computed from logits is finite without a clip.',
			},
			{
				text: 'It is learnt as any other, only its loss is limited',
				reply:
					'The limit is the trouble. Where a loss does not change with the probability, no gradient passes.',
			},
			{
				text: 'Its gradient explodes, because 1/q is huge',
				reply:
					'That would be without the clip, and in q. In the logit the slope is q − 1, which is at most 1 in size.',
			},
		],
	},
	{
		id: 'code-likelihood',
		tests: ['likelihood'],
		section: 'one-hot',
		question:
			'Two models are compared on the same test labels. The first has the lower mean cross-entropy. What does it also have, always?',
		answers: [
			{
				text: 'The greater product of the probabilities that it gave to what happened',
				right: true,
				reply:
					'The mean loss is −1/N times the logarithm of that product, the likelihood. One falls exactly when the other rises.',
			},
			{
				text: 'The higher accuracy',
				reply:
					'Accuracy asks only who leads. A model can lead more often and still pay more, for the times when it is sure and wrong.',
			},
			{
				text: 'The better calibration',
				reply:
					'The loss rewards calibration and sharpness together. A sharper model may win although its probabilities are a little off.',
			},
			{
				text: 'The lower loss on each single label',
				reply: 'Only their sum is lower. Some labels may well cost it more.',
			},
		],
	},
	{
		id: 'code-several-labels',
		tests: ['choose'],
		section: 'one-hot',
		question: 'A picture may show a cat, a dog, both or neither. Which loss fits, and why?',
		answers: [
			{
				text: 'A binary cross-entropy for each class: each is a question of its own, and the answers need not sum to 1',
				right: true,
				reply:
					'One sigmoid a class can say 0.9 and 0.8. A softmax would make the two compete for the same belief.',
			},
			{
				text: 'A softmax over the classes with the label (½, ½) where both are shown',
				reply:
					'That says that it is one of the two and we do not know which. And neither has no label at all.',
			},
			{
				text: 'A softmax with four classes would be wrong, so squared error must do',
				reply:
					'Four classes would not be wrong, only many once there are more animals. Squared error is not needed for either.',
			},
		],
	},
	{
		id: 'code-weights',
		tests: ['choose', 'debug'],
		section: 'definition',
		question:
			'One example in a thousand is positive, so you weight the positives 999 times. The ranking is good, but the predicted probabilities are far too high. Why?',
		answers: [
			{
				text: 'The weighted loss is least at the probabilities of a world where both classes are equally frequent',
				right: true,
				reply:
					'Weights change the p that the model learns. Undo them by moving the logit down by the logarithm of the weight.',
			},
			{
				text: 'The weight made the gradients explode',
				reply:
					'It makes them larger for positives, and with a small enough step training is fine. The minimum is elsewhere, that is all.',
			},
			{
				text: 'Cross-entropy always overestimates rare classes',
				reply: 'Unweighted it does not: its minimum is at the true frequencies, rare ones too.',
			},
		],
	},
	{
		id: 'code-tokens',
		tests: ['language'],
		section: 'definition',
		question:
			'Two language models report 2.1 and 2.4 nats a token on the same text. Each has its own tokeniser. Which predicts the text better?',
		answers: [
			{
				text: 'That cannot be said until both losses are given for the same thing, say a byte of the text',
				right: true,
				reply:
					'The loss of the whole text is tokens times loss a token. A tokeniser with longer tokens has fewer of them, and each may cost more.',
			},
			{
				text: 'The first, because a lower loss is a higher likelihood',
				reply: 'Of the same events. These are different tokens, and a different number of them.',
			},
			{
				text: 'The second, because its tokens must be longer',
				reply:
					'They may be, which is a reason for a higher loss a token, but no proof of a lower one a text.',
			},
		],
	},
];
