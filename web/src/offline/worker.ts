/// <reference lib="webworker" />
// The service worker: it keeps the site in the reader's browser, so that every page opens without a network.
//
// The build gives it the site's files, each with a hash of its content; such a list is a version. What is kept is
// found by content: assets by their names, which hold a hash, the rest by address and hash. So a version finds its
// own files only, shares with the next what did not change, and no page is put together from two.
//
// While the network answers, pages come from it and are fresh; assets come from the copy, where they cannot be
// stale. Without an answer pages come from the copy. The copy is filled when a page asks for it (see keep.ts). Once
// it is whole, a new version is whole too before it takes over, and it takes over when no page of the last is open.

declare const self: ServiceWorkerGlobalScope;
/** The files of this version by their addresses below the scope, "learn/1-code/" for a page; the build writes it. */
declare const FILES: Readonly<Record<string, string>>;
const files = FILES;

/** What a page asks for: the files that it loaded first, then all, unless its reader saves data. */
export interface Wish {
	readonly first: readonly string[];
	readonly all: boolean;
}

const { scope } = self.registration;
const name = `xent ${scope}`;
/** Stands in the copy once that is whole. */
const whole = new URL('?whole', scope).href;
/** How long a page is waited for if there is a copy of it, in milliseconds. */
const patience = 5000;

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => event.waitUntil(granted(event)));
self.addEventListener('fetch', (event) => {
	const path = below(event.request.url);
	if (path === undefined || event.request.method !== 'GET') return;
	if (path.startsWith('assets/')) event.respondWith(asset(event.request, path));
	else if (known(path) !== undefined) event.respondWith(fresh(event, known(path)!));
});

/** The part of an address below the scope, without query and anchor; undefined outside of it. */
function below(address: string): string | undefined {
	const { origin, pathname } = new URL(address);
	const full = origin + pathname;
	return full.startsWith(scope) ? full.slice(scope.length) : undefined;
}

/** The file that an address means: a page also without the slash at its end, or with its index.html. */
function known(path: string): string | undefined {
	return [path, `${path}/`, path.replace(/(^|\/)index\.html$/, '$1')].find((p) => p in files);
}

/** Where a file of this version is in the copy. */
function key(path: string): string {
	return new URL(path.startsWith('assets/') ? path : `${path}?${files[path]}`, scope).href;
}

/** What the copy holds; to look does not make one. */
function find(at: string): Promise<Response | undefined> {
	return caches.match(at, { cacheName: name });
}

async function install(): Promise<void> {
	if (await find(whole)) await fill(Object.keys(files));
	else await self.skipWaiting(); // the last version has nothing to lose
}

async function activate(): Promise<void> {
	const copy = await caches.open(name);
	const own = new Set([whole, ...Object.keys(files).map(key)]);
	for (const { url } of await copy.keys()) if (!own.has(url)) await copy.delete(url);
	await self.registration.navigationPreload?.enable();
	await self.clients.claim();
}

/** Assets do not change: the copy is as good as the network. */
async function asset(request: Request, path: string): Promise<Response> {
	return (await find(new URL(path, scope).href)) ?? fetch(request);
}

/** From the network if that answers in time and in earnest, else from the copy. */
async function fresh(event: FetchEvent, path: string): Promise<Response> {
	const { request } = event;
	const answer = Promise.resolve(event.preloadResponse as Promise<Response | undefined>).then(
		(preloaded) => preloaded ?? fetch(request),
	);
	const kept = await find(key(path));
	if (!kept) return answer;
	if (request.mode === 'navigate') event.waitUntil(answer.then(stillOurs, () => {}));
	const slashless =
		request.mode === 'navigate' && path.endsWith('/') && !/\/(index\.html)?$/.test(below(request.url)!);
	const instead = slashless ? Response.redirect(new URL(path, scope).href) : kept; // links are relative to the folder
	return Promise.race([
		answer.then((response) => (response.status < 500 ? response : instead)),
		new Promise<Response>((resolve) => setTimeout(resolve, patience, instead)),
	]).catch(() => instead);
}

/** Where another site answers at this address now, the copy and its worker have no business. */
async function stillOurs(answer: Response): Promise<void> {
	if (answer.ok && !(await answer.clone().text()).includes(' data-route="')) {
		await caches.delete(name);
		await self.registration.unregister();
	}
}

let filling: Promise<unknown> = Promise.resolve();

/** Does what a page asks for, one page after the other, and tells it whether the copy is whole. */
async function granted({ data, ports }: ExtendableMessageEvent): Promise<void> {
	const { first, all } = data as Wish;
	const own = first.map(below).filter((path) => path !== undefined && path in files) as string[];
	filling = filling.then(() => fill(all ? [...own, ...Object.keys(files)] : own)).catch(() => {}); // or the next time
	await filling;
	ports[0]?.postMessage((await find(whole)) !== undefined);
}

/** Fetches what is missing in the copy, one after the other, so that a page's own requests come first. */
async function fill(paths: readonly string[]): Promise<void> {
	const copy = await caches.open(name);
	const kept = new Set((await copy.keys()).map(({ url }) => url));
	for (const path of new Set(paths)) {
		if (!kept.has(key(path))) await copy.put(key(path), await take(path));
		kept.add(key(path));
	}
	if (Object.keys(files).every((path) => kept.has(key(path)))) await copy.put(whole, new Response());
}

/** A file from the network, if it is the one of this version. */
async function take(path: string, cache: RequestCache = 'default'): Promise<Response> {
	const answer = await fetch(new URL(path, scope), { cache, priority: 'low' });
	const body = await answer.arrayBuffer();
	if (answer.ok && (await hash(body)) === files[path]) {
		const headers = new Headers(answer.headers);
		for (const of of ['Content-Encoding', 'Content-Length', 'Vary']) headers.delete(of); // the body is unpacked
		return new Response(body, { headers });
	}
	if (cache === 'default') return take(path, 'reload');
	throw new Error(`${path} is not the file of this version: a newer one is on its way`);
}

/** As the build writes it: the first 12 hex digits of the SHA-256. */
async function hash(body: ArrayBuffer): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
	return [...digest.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
