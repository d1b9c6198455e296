import type { Lab } from '../../../core/load';
import type { Item } from '../../../items/item';

const die = (lab: Lab) => lab.maxEntropy({ mean: 4.5, bend: 0, face: 2, unit: 'nats' });

export const items: readonly Item[] = [
	{
		id: 'summary-least-assumed',
		tests: ['information'],
		section: 'question',
		question: 'Why take the distribution with the greatest entropy, of all that agree with what is known?',
		answers: [
			{
				text: 'Because nature prefers disorder',
				reply:
					'The principle is about belief, not about nature. It holds for a die on the table as for a gas in a box.',
			},
			{
				text: 'Because every other one claims something beyond what is known',
				right: true,
				reply:
					'Less entropy means more certainty, and certainty has to come from somewhere. What is known has been used already.',
			},
			{
				text: 'Because it is the only one that agrees with what is known',
				reply:
					'Six probabilities with a given sum and mean leave four free. The rival in the explorer is one of endlessly many.',
			},
		],
	},
	{
		id: 'summary-temperature',
		tests: ['distillation'],
		section: 'derive',
		figures: { ratio: (lab) => die(lab).text.ratio, t: (lab) => die(lab).text.temperature },
		question:
			'At the mean 4.5 the temperature is {t} and neighbouring faces differ by the factor {ratio}. What do higher means do?',
		answers: [
			{
				text: 'They lower the temperature, and the factor grows',
				right: true,
				reply:
					'A mean closer to 6 leaves less to chance. The softmax of the faces must be sharper, which is a lower temperature.',
			},
			{
				text: 'They raise the temperature, since there is more of everything',
				reply:
					'Infinite temperature is the fair die, with the mean 3.5. Away from it the temperature falls in size.',
			},
			{
				text: 'They leave the temperature and shift the faces',
				reply:
					'Shifting all logits by one number changes no softmax. Only their scale can, and that is the temperature.',
			},
		],
	},
	{
		id: 'summary-dual',
		tests: ['likelihood'],
		section: 'derive',
		question:
			'A softmax(λx) is fitted to rolls by maximum likelihood. What is true of the fitted model, whatever the rolls?',
		answers: [
			{
				text: 'Its probabilities are the shares of the rolls',
				reply: 'It has one parameter for six faces. In general the shares are out of its reach.',
			},
			{
				text: 'Its entropy is that of the rolls',
				reply:
					'It is at least as large: of all distributions with the mean of the rolls, it has the greatest entropy.',
			},
			{
				text: 'Its mean is the mean of the rolls',
				right: true,
				reply:
					'The derivative of log L by λ is N times the mean of the rolls less the mean of the model. Where it is 0, they agree.',
			},
		],
	},
];
