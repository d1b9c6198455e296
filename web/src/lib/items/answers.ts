import { mount, unmount } from 'svelte';
import type { Lab } from '../../core/load';
import { parseNumber } from '../format';
import { progress } from '../progress/store';
import CurveView from './Curve.svelte';
import { agrees } from './digits';
import { movable } from './movable';
import StateView from './State.svelte';
import { comesBack } from './when';

/** What an answer comes to: the reply that it gets, by its key in the item's markup, and what is said before it. */
export interface Verdict {
	readonly key: string;
	readonly said?: string;
}

/** Told by an item, and seen by what contains it, when an answer counts: the first one each time it is asked. */
export type Counted = CustomEvent<{ readonly id: string; readonly right: boolean }>;
export const counted = 'xent-counted';

type Judge = (item: HTMLElement) => Verdict | { readonly missing: string };

/** A component that stands in an item. */
interface Live {
	judge(): Verdict;
}

/**
 * Brings the questions of a page to life. Their words, answers and replies are in the page (see Items.svelte); here
 * is what happens when one is answered: it is judged, its reply shown, the first answer kept.
 */
export function enliven(page: HTMLElement, lab: Lab): void {
	const live = new WeakMap<HTMLElement, Live>();

	const judges: Readonly<Record<string, Judge>> = {
		choice: chosen('Choose an answer first.'),
		bug: chosen('Choose a line first.'),
		numeric: typed,
		order: placed,
		state: (item) => live.get(item)!.judge(),
		curve: (item) => live.get(item)!.judge(),
	};

	/** Puts a fresh component in the place of the one that was written with the page. */
	function place(item: HTMLElement): void {
		const target = item.querySelector<HTMLElement>('.live');
		if (!target) return;
		const before = live.get(item);
		if (before) void unmount(before);
		target.replaceChildren();
		const props = { spec: JSON.parse(target.dataset.spec!) as never, lab };
		live.set(item, mount(item.dataset.kind === 'state' ? StateView : CurveView, { target, props }) as Live);
	}

	function check(item: HTMLElement): void {
		const verdict = judges[item.dataset.kind!]!(item);
		if ('missing' in verdict) return say(item, verdict.missing);
		const reply = item.querySelector(`[data-reply="${verdict.key}"]`)!;
		const right = reply.hasAttribute('data-right');
		const first = item.dataset.answered === undefined;
		item.dataset.answered = right
			? first || item.dataset.answered === 'right'
				? 'right'
				: 'mended'
			: 'wrong';
		if (right) say(item, verdict.said, reply, 'Yes.');
		else say(item, verdict.said, reply, item.dataset.kind === 'order' ? 'Not yet.' : 'No.');
		if (!first) return;
		progress.answer(item.dataset.item!, right);
		item.dispatchEvent(
			new CustomEvent(counted, {
				bubbles: true,
				detail: { id: item.dataset.item!, right },
			}) satisfies Counted,
		);
	}

	const order = movable(page);
	for (const item of items(page)) place(item);

	page.addEventListener('submit', (event) => {
		const item = itemOf(event);
		if (!item) return;
		event.preventDefault();
		check(item);
		again(item.closest('.items')!);
	});
	page.addEventListener('click', (event) => {
		const button = event.target instanceof Element ? event.target.closest('.again button') : null;
		const list = button?.closest<HTMLElement>('.items');
		if (!list) return;
		const missed = items(list).filter((item) => item.dataset.answered !== 'right');
		for (const item of missed) item.dispatchEvent(new CustomEvent(ask, { bubbles: true }));
		again(list);
		missed[0]?.focus();
	});
	page.addEventListener(ask, (event) => {
		const item = event.target as HTMLElement;
		delete item.dataset.answered;
		item.querySelector('form')!.reset();
		item.querySelector('details')!.open = false;
		say(item);
		order(item);
		place(item);
	});

	const dates = () => {
		const now = progress.current;
		for (const item of items(page))
			item.querySelector('.when')!.textContent = comesBack(now.items[item.dataset.item!], progress.today);
	};
	progress.subscribe(dates);
	dates();
}

/** Sent to an item, it asks itself anew, and its next answer counts. */
export const ask = 'xent-ask';

/** The items within an element. */
export function items(within: Element): HTMLElement[] {
	return [...within.querySelectorAll<HTMLElement>('[data-item]')];
}

function itemOf(event: Event): HTMLElement | null {
	return event.target instanceof Element ? event.target.closest<HTMLElement>('[data-item]') : null;
}

/** Shows a reply, or a word about what is missing, or nothing. */
function say(item: HTMLElement, text = '', reply?: Element, verdict = ''): void {
	const status = item.querySelector('.reply')!;
	if (!text && !reply) return status.replaceChildren();
	const line = document.createElement('p');
	if (verdict) {
		const word = document.createElement('strong');
		word.textContent = verdict;
		line.append(word, ' ');
	}
	line.append(text);
	const why = reply?.querySelector('.why');
	if (why) line.append(text ? ' ' : '', ...[...why.childNodes].map((node) => node.cloneNode(true)));
	status.replaceChildren(line);
}

/** Once every question of a list is answered, those that were missed can be asked again. */
function again(list: HTMLElement): void {
	const line = list.querySelector<HTMLElement>('.again');
	if (!line) return;
	const all = items(list);
	const missed = all.filter((item) => item.dataset.answered !== 'right').length;
	line.hidden = missed === 0 || all.some((item) => item.dataset.answered === undefined);
	line.querySelector('span')!.textContent = `${missed} of ${all.length}`;
}

function chosen(missing: string): Judge {
	return (item) => {
		const radio = item.querySelector<HTMLInputElement>('input[type=radio]:checked');
		return radio ? { key: radio.value } : { missing };
	};
}

/** A number is right if it agrees in as many digits as were asked for; fewer are no mistake yet. */
function typed(item: HTMLElement): Verdict | { missing: string } {
	const box = item.querySelector<HTMLInputElement>('input[type=text]')!;
	const number = parseNumber(box.value);
	box.setAttribute('aria-invalid', String(number === undefined));
	if (number === undefined) return { missing: 'Type a number first, such as 0.25 or 1e-3.' };
	const replies = [...item.querySelectorAll<HTMLElement>('[data-value]')];
	const wanted = Number(replies[0]!.dataset.digits);
	const found = replies.find((reply) => agrees(box.value, Number(reply.dataset.value), wanted));
	if (found) return { key: found.dataset.reply! };
	const short = replies.find((reply) => agrees(box.value, Number(reply.dataset.value)));
	if (short?.hasAttribute('data-right'))
		return { missing: `Right as far as it goes. Give ${wanted} digits.` };
	return { key: 'hint' };
}

/** The first step that is out of place gets its reply. */
function placed(item: HTMLElement): Verdict {
	const steps = [...item.querySelectorAll<HTMLElement>('[data-step]')];
	const wrong = steps.findIndex((step, i) => step.dataset.place !== String(i));
	if (wrong < 0) return { key: 'right' };
	const before =
		wrong === 0 ? '' : wrong === 1 ? 'The first stands right. ' : `The first ${wrong} stand right. `;
	return { key: steps[wrong]!.dataset.step!, said: `${before}Number ${wrong + 1} cannot stand there.` };
}
