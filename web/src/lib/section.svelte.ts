import { flushSync, getContext, setContext, untrack } from 'svelte';

const key = Symbol('sight');

/** What to tell when an element comes into sight or leaves it: one observer for all, since each costs every frame. */
const watched = new Map<Element, (inSight: boolean) => void>();
let observer: IntersectionObserver | undefined;

function observe(node: Element, tell: (inSight: boolean) => void): () => void {
	observer ??= new IntersectionObserver((entries) => {
		for (const { target, isIntersecting } of entries) watched.get(target)?.(isIntersecting);
	});
	watched.set(node, tell);
	observer.observe(node);
	return () => {
		watched.delete(node);
		observer!.unobserve(node);
	};
}

/** Whether a part of the page can be seen, and whether it has the focus: how soon what is in it must follow. */
export class Sight {
	/** Out of sight: nobody sees it lag, and it catches up as it comes into view. */
	skipped = $state(false);
	/** The focus is within: what one drags, or moves by keys, is in hand. */
	held = $state(false);

	/** Attach it to the part's element: it sees whether that is in sight. */
	readonly watch = (node: HTMLElement): (() => void) => {
		const leave = observe(node, (inSight) => (this.skipped = !inSight));
		const print = () => flushSync(() => (this.skipped = false));
		addEventListener('beforeprint', print);
		return () => {
			leave();
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
/** When it was last looked, and when a timer will. */
let looked = -Infinity;
let armed = Infinity;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks at what is due. While a hand moves, its events do: in their frame there is something to draw anyway. */
function look(): void {
	if (waiting.size === 0) return;
	looked = performance.now();
	for (const [run, due] of [...waiting]) if (due <= looked && drop(run)) run();
}

/** Looks once this is due, unless events do so until then. */
function arm(due: number): void {
	const now = performance.now();
	const at = Math.max(due, now) + grace;
	if (at >= armed) return;
	armed = at;
	clearTimeout(timer);
	timer = setTimeout(() => {
		armed = Infinity;
		if (performance.now() - looked >= grace) look();
		if (waiting.size > 0) arm(Math.min(...waiting.values()));
	}, at - now);
}

function keep(run: () => void, due: number): void {
	document.documentElement.dataset.following ??= ''; // for those who must know when the page has caught up
	waiting.set(run, due);
	arm(due);
}

function drop(run: () => void): boolean {
	const waited = waiting.delete(run);
	if (waiting.size === 0) delete document.documentElement.dataset.following;
	return waited;
}

/** All that waits looks now, and what waits for that after it. */
function catchUp(): void {
	for (let turn = 0; waiting.size > 0 && turn < 9; turn++) {
		const all = [...waiting.keys()];
		flushSync(() => all.forEach((run) => drop(run) && run()));
	}
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
			keep(again, due);
			return () => drop(again);
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

/**
 * A value for a picture or a control: in the sight of its part, or in hand, it is there at once, else once a second. What
 * is in no part is always in sight.
 */
export function drawn<T>(get: () => T, sight = getContext<Sight | undefined>(key)): { readonly current: T } {
	const value = $derived.by(get);
	if (!sight) {
		return {
			get current() {
				return value;
			},
		};
	}
	let kept = $state.raw(untrack(() => value));
	paced(
		() => {
			if (sight.skipped) kept = value;
		},
		() => (sight.skipped ? pace.unseen : 0),
	);
	return {
		get current() {
			return sight.skipped && !sight.held ? kept : value;
		},
	};
}
