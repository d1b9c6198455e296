import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';
import { tex } from '../../../lib/tex';

const at = [0.05, 0.3, 0.5, 0.8, 0.95] as const;
const truth = [0.8, 0.2] as const;

/** The divergence of a coin with so much belief in heads, from one that shows heads four times in five. */
const ofBelief = (lab: Lab, q: number) => lab.kl({ p: truth, q: [q, 1 - q], unit: 'bits' }).kl;
const votes = (lab: Lab, q: readonly number[] = [0.6, 0.4], unit: 'nats' | 'bits' = 'nats') =>
	lab.kl({ p: [0.6, 0.4], q, unit });

export const more: readonly Item[] = [
	{
		id: 'kl-set-zero',
		kind: 'state',
		tests: ['divergence'],
		section: 'explore',
		question: 'The truth is p = (0.5, 0.3, 0.2). Set q so that D(p‖q) is 0.',
		scene: {
			call: 'kl',
			params: { p: [0.5, 0.3, 0.2], q: [0.34, 0.33, 0.33], unit: 'bits' },
			moves: 'q',
			as: 'bars',
			legend: 'q, the model',
			names: ['A', 'B', 'C'],
			reads: { at: 'kl', name: 'D(p‖q)', unit: 'bits' },
			goal: { from: 0, to: 0.0005 },
		},
		solution: [0.5, 0.3, 0.2],
		reply:
			'Only the truth itself has divergence 0, so there is one such q. The cross-entropy is then the entropy of p, not 0.',
		misses: [
			{
				from: 0.5,
				to: 99,
				reply:
					'Further away than an even share was. Putting most belief on the likeliest class starves the others.',
			},
		],
		hint: 'A row may be negative, but the rows add up to 0 for one q only.',
	},
	{
		id: 'kl-set-infinite',
		kind: 'state',
		tests: ['elbo'],
		section: 'directions',
		question:
			'The truth is p = (0.7, 0.3, 0), and so is the model now. Change q so that the reverse divergence D(q‖p) is infinite.',
		scene: {
			call: 'kl',
			params: { p: [0.7, 0.3, 0], q: [0.7, 0.3, 0], unit: 'bits' },
			moves: 'q',
			as: 'bars',
			legend: 'q, the model',
			names: ['A', 'B', 'C'],
			reads: { at: 'reverseKL', name: 'D(q‖p)', unit: 'bits' },
			goal: { from: 'Infinity', to: 'Infinity' },
		},
		solution: [0.6, 0.3, 0.1],
		reply:
			'The model invents C, which never happens: however little it gives it, the reverse divergence is infinite, and D(p‖q) hardly notices.',
		misses: [
			{
				from: 0.0001,
				to: 99,
				reply:
					'Taking belief away from A or B makes the forward divergence large. The reverse one minds what the model does believe.',
			},
		],
		hint: 'The average is over q now: which event must q believe in that p excludes?',
	},
	{
		id: 'kl-annotators',
		kind: 'numeric',
		tests: ['divergence', 'distillation'],
		section: 'derive',
		question:
			'Three of five annotators say cat, two say dog, and the label is (0.6, 0.4). What is the least loss that any model can reach on this picture?',
		answer: (lab) => votes(lab).entropy,
		digits: 3,
		unit: 'nats',
		reply: 'The entropy of the label, reached by the model that is as undecided as the annotators.',
		misses: [
			{
				value: () => 0,
				reply:
					'With a hard label it would be. This one is divided itself, and the best code for it still needs its entropy.',
			},
			{
				value: (lab) => votes(lab, [0.6, 0.4], 'bits').entropy,
				reply: 'Right in bits. The question asks for nats.',
			},
			{
				value: (lab) => lab.surprisal({ probs: [0.6], unit: 'nats' }).values[0]!,
				reply: 'What cat alone costs at 0.6. Two times in five it is the dog that has to be paid.',
			},
			{
				value: (lab) => votes(lab, [0.5, 0.5]).crossEntropy,
				reply: 'What a model with no idea pays. It can do a little better.',
			},
		],
		hint: 'The loss is the entropy of the label plus a divergence, and the divergence can be 0.',
	},
	{
		id: 'kl-saved',
		kind: 'numeric',
		tests: ['divergence', 'information'],
		section: 'exercise',
		question:
			'A coin shows heads four times in five; a model believes it to be fair. How many bits a toss would a perfect model save?',
		answer: (lab) => ofBelief(lab, 0.5),
		digits: 3,
		unit: 'bits',
		reply:
			'The divergence: the fair coin costs {fair} bit a toss, of which {entropy} are the entropy of the biased one.',
		figures: {
			fair: (lab) =>
				lab.format({
					values: [lab.kl({ p: truth, q: [0.5, 0.5], unit: 'bits' }).crossEntropy],
					style: 'shortest',
					digits: 0,
				}).texts[0]!,
			entropy: (lab) => lab.kl({ p: truth, q: [0.5, 0.5], unit: 'bits' }).text.entropy,
		},
		misses: [
			{
				value: (lab) => lab.kl({ p: truth, q: truth, unit: 'bits' }).entropy,
				reply: 'That is what the perfect model still pays: the entropy. The question is what it saves.',
			},
			{
				value: (lab) => lab.kl({ p: truth, q: [0.5, 0.5], unit: 'bits' }).reverseKL,
				reply: 'The other direction: averaged over a fair coin. The tosses come from the biased one.',
			},
			{
				value: (lab) => lab.kl({ p: truth, q: [0.5, 0.5], unit: 'nats' }).kl,
				reply: 'Right in nats. The question asks for bits.',
			},
		],
		hint: 'What it pays now, less the entropy of the true coin.',
	},
	{
		id: 'kl-belief-draw',
		kind: 'curve',
		tests: ['divergence', 'debug'],
		section: 'directions',
		question: 'A coin shows heads four times in five. Draw D(p‖q) against the belief of the model in heads.',
		x: { min: 0, max: 1, label: 'belief q in heads' },
		y: { min: 0, max: 4, label: 'divergence in bits' },
		at,
		curve: (lab) =>
			Array.from({ length: 39 }, (_, i) => (i + 1) / 40).map((q) => ({ x: q, y: ofBelief(lab, q) })),
		truth: (lab) => at.map((q) => ofBelief(lab, q)),
		within: 0.3,
		reply:
			'It touches 0 at the truth and nowhere else, is flat around it, and rises without bound towards the side that excludes the frequent outcome.',
		above: 'Near the truth the curve is flat: a model may be a little off and lose almost nothing.',
		below:
			'Nearly excluding what happens four times in five is dear: towards q = 0 the curve rises without bound.',
	},
	{
		id: 'kl-positive-order',
		kind: 'order',
		tests: ['divergence'],
		section: 'negative',
		question: 'Why is a divergence never negative? Put the proof into order.',
		steps: [
			{
				id: 'turn',
				text: 'Turn the sign around, and the fraction with it',
				math: tex`inline:-D(p\,\|\,q) = \sum_x p(x)\ln\frac{q(x)}{p(x)}`,
				needs: [],
				reply: 'It only rewrites the definition, so it can come first.',
			},
			{
				id: 'bound',
				text: 'Bound each logarithm by a straight line',
				math: tex`inline:\ln y \le y - 1`,
				needs: ['turn'],
				reply: 'It needs the logarithm with a plus sign, which the turn has made.',
			},
			{
				id: 'cancel',
				text: 'Multiply out: p(x) cancels',
				math: tex`inline:-D(p\,\|\,q) \le \sum_x q(x) - \sum_x p(x)`,
				needs: ['bound'],
				reply:
					'There is something to multiply out only where the straight line has taken the place of the logarithm.',
			},
			{
				id: 'one',
				text: 'Both distributions sum to 1',
				math: tex`inline:-D(p\,\|\,q) \le 1 - 1 = 0`,
				needs: ['cancel'],
				reply: 'It adds up the two sums, which must stand there first.',
			},
		],
		reply:
			'And the straight line touches the logarithm at y = 1 only, so equality needs q = p in every class.',
	},
	{
		id: 'kl-two-peaks',
		tests: ['elbo'],
		section: 'directions',
		question:
			'A posterior p has two separate peaks. A q with a single peak is fitted by making D(q‖p) small. Where does it go, and why?',
		answers: [
			{
				text: 'Onto one of the peaks: belief between them, where p is nearly 0, costs almost without bound',
				right: true,
				reply:
					'The average is over q, so q must not lie where p does not. Missing the other peak costs only a constant.',
			},
			{
				text: 'Between the peaks, wide enough to cover both',
				reply:
					'So the forward divergence would have it, which cannot bear to miss anything. This is the reverse one.',
			},
			{
				text: 'Anywhere: with one peak it cannot be right',
				reply: 'It cannot be right, but it can be less wrong, and the divergence says where.',
			},
		],
	},
	{
		id: 'kl-evidence',
		tests: ['elbo'],
		section: 'directions',
		question:
			'The evidence lower bound is log p(x) − D(q(z)‖p(z|x)). The posterior p(z|x) is unknown, and so is log p(x). Why does raising the bound over q still make q better?',
		answers: [
			{
				text: 'log p(x) does not depend on q, so whatever the bound gains the divergence loses',
				right: true,
				reply:
					'The same trick as with cross-entropy: a constant beside a divergence changes no gradient. The bound itself can be computed without either.',
			},
			{
				text: 'Raising the bound raises log p(x), and so the model fits better',
				reply: 'Over the parameters of the model it may. Over q alone, log p(x) stays what it is.',
			},
			{
				text: 'Because the divergence in it may be replaced by the one in the other direction',
				reply: 'It may not: D(p‖q) would need samples of the posterior, which is what one does not have.',
			},
		],
	},
];
