import { prose } from '../lib/items/prose';
import type { Lab } from '../core/load';
import type { Chapter } from './bank';
import { filled } from './fill';
import type { Item } from './item';
import { ordered } from './order';

/**
 * All questions as a file that Anki imports: a card a line, its fields parted by tabs: id, front, back, tags.
 * The fields are HTML, with formulas in MathML. The id comes first, so that importing a later version updates a card.
 * What cannot be asked on a card, a state to set or a curve to draw, becomes the question and what was to be seen.
 * Source: https://docs.ankiweb.net/importing/text-files.html, the headers of a text file.
 */
export function anki(bank: readonly Chapter[], lab: Lab): string {
	const lines = bank.flatMap(({ route, items }) =>
		items.map((item) => {
			const { front, back } = card(filled(item, lab), lab);
			const tags = ['xent', route.dir.replaceAll('/', '::'), ...(item.tests ?? [])];
			return [item.id, front, back, tags.join(' ')].map(field).join('\t');
		}),
	);
	const head = [
		'#separator:tab',
		'#html:true',
		'#notetype:Basic',
		'#deck:xent',
		'#guid column:1',
		'#tags column:4',
	];
	return [...head, ...lines, ''].join('\n');
}

/** A field holds no tab and no line end: in HTML a space does as well, and a line end of code is a break. */
function field(text: string): string {
	return text.replace(/\s*\n\s*/g, ' ').replace(/\t/g, ' ');
}

function card(item: Item, lab: Lab): { front: string; back: string } {
	const question = prose(item.question);
	const list = (texts: readonly string[], tag = 'ul') =>
		`<${tag}>${texts.map((text) => `<li>${text}</li>`).join('')}</${tag}>`;
	switch (item.kind) {
		case 'numeric': {
			const [value] = lab.format({
				values: [item.answer(lab)],
				style: 'significant',
				digits: item.digits,
			}).texts;
			return { front: question, back: `<b>${value} ${item.unit ?? ''}</b><br>${prose(item.reply)}` };
		}
		case 'order': {
			const steps = item.steps.map((step) => prose(step.text) + (step.math ?? ''));
			const right = ordered(item.steps).map((step) => prose(step.text) + (step.math ?? ''));
			return { front: question + list(steps.toSorted()), back: list(right, 'ol') + prose(item.reply) };
		}
		case 'bug': {
			const line = (text: string) =>
				prose(text).replace(/\t/g, '&nbsp;&nbsp;&nbsp;&nbsp;').replace(/ {2}/g, ' &nbsp;');
			const wrong = item.lines.find(({ right }) => right)!;
			return {
				front: `${question}<br><code>${item.lines.map(({ code }) => line(code)).join('<br>')}</code>`,
				back: `<code>${line(item.fix)}</code><br>${prose(wrong.reply)}`,
			};
		}
		case 'state':
		case 'curve':
			return { front: question, back: prose(item.reply) };
		default: {
			const right = item.answers.find((answer) => answer.right)!;
			return {
				front: question + list(item.answers.map(({ text }) => prose(text))),
				back: `<b>${prose(right.text)}</b><br>${prose(right.reply)}`,
			};
		}
	}
}
