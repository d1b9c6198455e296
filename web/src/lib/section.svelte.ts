import { flushSync, getContext, setContext, untrack } from 'svelte';

const key = Symbol('sight');

/** Whether a part of the page can be seen, and whether it has the focus: how soon what is in it must follow. */
export class Sight {
	/** Out of sight: nobody sees it lag, and it catches up as it comes into view. */
	skipped = $state(false);
	/** The focus is within: what one drags, or moves by keys, is in hand. */
	held = $state(false);

	/** Attach it to the part's element: it sees whether that is in sight. */
	readonly watch = (node: HTMLElement): (() => void) => {
		const look = ([entry]: IntersectionObserverEntry[]) => (this.skipped = !entry!.isIntersecting);
		const observer = new IntersectionObserver(look);
		observer.observe(node);
		const print = () => flushSync(() => (this.skipped = false));
		addEventListener('beforeprint', print);
		return () => {
			observer.disconnect();
			removeEventListener('beforeprint', print);
		};
	};

	/** Attach it too where something can be dragged or moved by keys: it sees whether that is in hand. */
	readonly hold = (node: HTMLElement): (() => void) => {
		const take = () => (this.held = true);
		const leave = (event: FocusEvent) => (this.held = node.contains(event.relatedTarget as Node | null));
		node.addEventListener('focusin', take);
		node.addEventListener('focusout', leave);
		return () => {
			node.removeEventListener('focusin', take);
			node.removeEventListener('focusout', leave);
		};
	};
}

/** Tells the components within which part of the page they are in. */
export function provideSight(): Sight {
	return setContext(key, new Sight());
}

/** The least time between two looks at what is followed, in milliseconds: in sight, and out of it. */
const pace = { seen: 100, unseen: 1000 };

/** How long to wait for an event to come along before what is due gets a frame of its own. */
const grace = 60;

/** What waits for its next look, and when that is due. */
const waiting = new Map<() => void, number>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks at what is due. */
function look(): void {
	const now = performance.now();
	for (const [run, due] of [...waiting]) {
		if (due > now) continue;
		waiting.delete(run);
		run();
	}
	clearTimeout(timer);
	timer = undefined;
	if (waiting.size > 0) arm();
	else delete document.documentElement.dataset.following;
}

/** While a hand moves, its events look: in their frame there is something to draw anyway. */
function arm(): void {
	document.documentElement.dataset.following = ''; // for those who must know when the page has caught up
	timer ??= setTimeout(look, Math.max(0, Math.min(...waiting.values()) - performance.now()) + grace);
}

/** All that waits looks now, and what waits for that after it. */
function catchUp(): void {
	for (let turn = 0; waiting.size > 0 && turn < 9; turn++) {
		const all = [...waiting.keys()];
		waiting.clear();
		flushSync(() => all.forEach((run) => run()));
	}
	look();
}

if (typeof addEventListener === 'function') {
	for (const type of ['pointermove', 'keydown', 'input'])
		addEventListener(type, look, { capture: true, passive: true });
	for (const type of ['beforeprint', 'blur']) addEventListener(type, catchUp); // printed or left, it shows what is
}

/**
 * Runs an effect at its first change, then at most once in so many milliseconds; the last change is never missed.
 * What effect reads is not read in between, so that derived values on the way to it are not computed either.
 */
export function paced(effect: () => void, wait: () => number = () => pace.seen): void {
	let beat = $state(0);
	let last = -Infinity;
	const again = () => {
		last = -Infinity;
		beat++;
	};
	$effect(() => {
		void beat;
		const due = last + wait();
		if (due > performance.now()) {
			waiting.set(again, due);
			arm();
			return () => waiting.delete(again);
		}
		last = performance.now();
		effect();
		return undefined;
	});
}

/**
 * A value that follows, for what is looked at while something else is in hand: ten times a second, once a second
 * out of sight. In the part that is in hand it follows at once; while when is false nobody can see it, and get is
 * not called.
 */
export function follow<T>(
	get: () => T,
	{
		when = () => true,
		sight = getContext<Sight | undefined>(key),
	}: { when?: () => boolean; sight?: Sight | undefined } = {},
): { readonly current: T } {
	const value = $derived.by(get);
	let shown = $state.raw(untrack(get));
	let hidden = false;
	paced(
		() => {
			hidden = !when();
			if (!hidden) shown = value;
		},
		() => (when() && hidden ? 0 : sight?.skipped ? pace.unseen : pace.seen),
	);
	return {
		get current() {
			return sight?.held ? value : shown;
		},
	};
}
