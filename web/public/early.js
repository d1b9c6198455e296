// What must not wait for the page's own scripts. Runs before the first paint and before anything else, and must
// not throw.
(function () {
	// How the reader wants it to look (see src/lib/look.svelte.ts), so that it does not flash: what the address asks
	// for, #v1;…theme=dark…, wins over the stored choice.
	var looks = { theme: ['light', 'dark'], motion: ['none'] };
	for (var name in looks) {
		var look = new RegExp('^#v1;(?:.*;)?' + name + '=(' + looks[name].join('|') + ')(?:;|$)').exec(
			location.hash,
		);
		try {
			look = look ? look[1] : localStorage.getItem('xent-' + name);
		} catch (_) {
			// No storage: follow the system.
		}
		if (looks[name].indexOf(look) >= 0) document.documentElement.dataset[name] = look;
	}

	// The core, which is most of the download: under way while the scripts come that need it (see src/start.ts).
	var core = document.currentScript.dataset.core;
	if (core) {
		window.core = fetch(core, { priority: 'low' });
		window.core.catch(function () {}); // told by who waits for it
	}
})();
