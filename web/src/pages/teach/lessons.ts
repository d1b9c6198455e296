import type { Lab } from '../../core/load';
import { typeset } from '../../lib/format';
import type { Lesson } from '../../lib/share/lessonlink';

/** A lesson that is ready to use. */
export interface Ready extends Lesson {
	readonly title: string;
	/** What a class should find, with the core's numbers. */
	readonly answer: (lab: Lab) => string;
}

const bits = ['unit', 'bits'] as const;

export const ready: readonly Ready[] = [
	{
		title: 'What does no idea cost?',
		path: 'learn/1-code/',
		id: 'e1',
		state: [bits],
		ask: 'Make the four probabilities equal. What does the loss become? Would it be another if another class were true? What would it be for two classes, for eight?',
		hide: ['examples', 'formula', 'code', 'predict'],
		answer: (lab) => {
			const cost = (k: number) => lab.surprisal({ probs: [1 / k], unit: 'bits' }).texts[0]!;
			return `${cost(4)} bits whichever class is true, the logarithm of their number: ${cost(2)} for two, ${cost(8)} for eight.`;
		},
	},
	{
		title: 'Sure and wrong',
		path: 'learn/1-code/',
		id: 'e1',
		state: [bits, ['e1.z', '0,0,0,0']],
		ask: 'Halve the probability of the true class again and again, with its bar or the dot on the curve. Write down the loss each time. What is the rule?',
		hide: ['formula', 'code', 'tables', 'predict'],
		answer: (lab) => {
			const costs = lab.surprisal({ probs: [1 / 4, 1 / 8, 1 / 16, 1 / 32], unit: 'bits' }).texts;
			return `${costs.join(', ')}: each halving adds one bit, so there is no greatest loss.`;
		},
	},
	{
		title: 'What remains',
		path: 'learn/4-kl/',
		id: 'e4',
		state: [bits],
		ask: 'Drag the bars of q until the loss is as low as it gets. Which q is it? Is the loss zero? Now find a p for which it could be.',
		hide: ['examples', 'move-q-to-p', 'code', 'predict'],
		answer: (lab) => {
			const { text } = lab.kl({ p: [0.6, 0.3, 0.1], q: [0.6, 0.3, 0.1], unit: 'bits' });
			return `q = p, and ${text.crossEntropy} bits remain: the entropy of p. It is zero only where p is certain of one class.`;
		},
	},
	{
		title: 'One number does not say how a model errs',
		path: 'learn/4-kl/',
		id: 'e4',
		state: [bits, ['e4.q', '0.6,0.3,0.1']],
		ask: 'Find three quite different models q with a divergence D(p‖q) of 0.3 bits. Who is wronged by each of them?',
		hide: ['examples', 'formula', 'code', 'predict'],
		answer: (lab) => {
			const cost = (q: number[]) => lab.kl({ p: [0.6, 0.3, 0.1], q, unit: 'bits' }).text.kl;
			return `A whole line of models around p in the triangle. The even q = (0.33, 0.33, 0.34) has ${cost([0.33, 0.33, 0.34])}, one that starves B, (0.85, 0.08, 0.07), has ${cost([0.85, 0.08, 0.07])} bits.`;
		},
	},
	{
		title: 'A temperature that changes no decision',
		path: 'learn/3-softmax/',
		id: 'e3',
		state: [],
		ask: 'Move the temperature from cold to hot. What happens to the probabilities, and what never changes about them? Towards what does the entropy go at either end?',
		hide: ['examples', 'formula', 'code', 'predict'],
		answer: (lab) => {
			const { texts } = lab.surprisal({ probs: [1 / 4], unit: 'nats' });
			return `Their order never changes. Cold, the greatest takes all and the entropy goes to 0; hot, the shares become equal and it goes to the logarithm of their number, ${texts[0]} nats for four.`;
		},
	},
	{
		title: 'The product that vanishes',
		path: 'learn/5-mle/',
		id: 'e5',
		state: [['e5.p', '0.5,0.5']],
		ask: 'Raise the number of tosses. When does the product of the probabilities become 0 for the computer? Does the cross-entropy notice?',
		hide: ['examples', 'tables', 'code', 'predict'],
		answer: (lab) => {
			const cost = lab.surprisal({ probs: [0.5], unit: 'nats' }).texts[0]!;
			return `At 1,075 tosses of a fair coin under q = ½. The sum of the logarithms stands, and its mean stays ${cost} nats a toss.`;
		},
	},
	{
		title: 'Which slope is meant?',
		path: 'learn/6-mse/',
		id: 'e6',
		state: [['e6.p', '0.05']],
		ask: 'A prediction of 0.05 was wrong. Which of the two losses pulls harder, along the probability and along the logit? By which factor? Why is the factor the same?',
		hide: ['examples', 'formula', 'code', 'tables', 'predict'],
		answer: (lab) => {
			const view = lab.compareLosses({ target: 1, given: 'p', at: 0.05, along: 'z', unit: 'nats' });
			const [ce, se] = [view.crossEntropy.text, view.squaredError.text].map((t) =>
				[t.slopeP, t.slopeZ].map(typeset).join(' and '),
			);
			return `Cross-entropy: ${ce}, squared error ${se}. The factor is ${view.text.ratio} both times, for both slopes are multiplied by p(1 − p).`;
		},
	},
];
