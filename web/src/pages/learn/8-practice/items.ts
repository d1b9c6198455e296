import type { Item } from '../../../items/item';

export const items: readonly Item[] = [
	{
		id: 'practice-clip',
		tests: ['stability'],
		section: 'techniques',
		question:
			'Somebody clips probabilities at 1e-7 before the logarithm, and the loss is finite again. Which rows does the model now learn least from?',
		answers: [
			{
				text: 'Those it is nearly certain of, and right',
				reply: 'Their slope is small with or without a clip: there is little left to learn from them.',
			},
			{
				text: 'Those it is most wrong about',
				right: true,
				reply:
					'Below the clip the loss is flat. A row that is behind by more than 16 nats has a slope of 0, where it should be pulled hardest.',
			},
			{
				text: 'All rows alike: clipping scales every gradient',
				reply: 'Inside the clip nothing changes, outside the slope is 0. Nothing is scaled.',
			},
		],
	},
	{
		id: 'practice-late',
		tests: ['stability', 'fused'],
		section: 'code',
		question:
			'A softmax that takes the largest logit out first never overflows. Why is its logarithm still no way to compute the loss?',
		answers: [
			{
				text: 'The softmax rounds small probabilities to 0, and no logarithm brings them back',
				right: true,
				reply:
					'exp(−1000) is 0 in any format. Log-softmax subtracts logarithms and never forms the probability, so the 1000 stays.',
			},
			{
				text: 'Dividing by the sum can overflow',
				reply: 'After the largest is taken out the sum lies between 1 and the number of classes.',
			},
			{
				text: 'It is right, only slower',
				reply: 'It is slower, too. But a row that is 1000 behind costs infinity there instead of 1000.',
			},
		],
	},
	{
		id: 'practice-twice',
		tests: ['debug', 'fused'],
		section: 'twice',
		question:
			'Ten classes, an accuracy of 97 %, and a training loss that has stood for days at ln(1 + 9/e) + 0.03. What is the first thing to look for?',
		answers: [
			{
				text: 'A learning rate that is too low',
				reply: 'A slow step does not stop at one particular number, and 97 % are right already.',
			},
			{
				text: 'A softmax at the end of the model, before a loss that takes logits',
				right: true,
				reply:
					'ln(1 + 9/e) nats is what ten classes cost at best when softmax is applied twice, and a wrong row costs 1 nat more. A calibrated model of that accuracy costs a seventh of it at most.',
			},
			{
				text: 'Labels that are wrong in 3 % of the rows',
				reply: 'Three wrong rows in a hundred would have to cost some fifty nats each to make such a mean.',
			},
		],
	},
];
