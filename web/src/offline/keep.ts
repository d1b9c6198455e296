import type { Wish } from './worker';

/** Where the reader's choice not to keep the lab is stored. */
const choice = 'xent-keep';

/** How the footer speaks of the copy: that there is one, or that the reader wants none; nothing else is said. */
type Said = 'kept' | 'dropped';

/**
 * Keeps the lab in the browser, for reading without a network, and lets the reader drop it: the footer says which.
 * Call when the page is at rest; root leads to the root of the site. Without service workers, as on a site without
 * https, nothing happens and nothing is said.
 */
export async function keep(root: string): Promise<void> {
	if (!('serviceWorker' in navigator)) return;
	const { serviceWorker } = navigator;
	const notes = [...document.querySelectorAll<HTMLElement>('footer [data-kept]')];
	const say = (now: Said) => notes.forEach((note) => (note.hidden = note.dataset.kept !== now));

	async function take(): Promise<void> {
		await serviceWorker.register(`${root}sw.js`, { updateViaCache: 'none' });
		const { active } = await serviceWorker.ready;
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = ({ data }) => data === true && say('kept');
		const { saveData = false } = (navigator as { connection?: { saveData?: boolean } }).connection ?? {};
		const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
		active!.postMessage({ first: [location.href, ...loaded], all: !saveData } satisfies Wish, [port2]);
	}

	async function drop(): Promise<void> {
		const { href } = new URL(root || './', location.href);
		const registration = await serviceWorker.getRegistration(href);
		await registration?.unregister();
		await caches.delete(`xent ${href}`);
		say('dropped');
	}

	for (const note of notes) {
		note.querySelector('button')!.addEventListener('click', () => {
			const dropped = note.dataset.kept === 'kept';
			remember(dropped);
			void (dropped ? drop() : take());
		});
	}
	if (recall()) say('dropped');
	else await take();
}

function remember(dropped: boolean): void {
	try {
		if (dropped) localStorage.setItem(choice, 'no');
		else localStorage.removeItem(choice);
	} catch {
		// No storage: the choice lasts as long as the page.
	}
}

function recall(): boolean {
	try {
		return localStorage.getItem(choice) === 'no';
	} catch {
		return false;
	}
}
