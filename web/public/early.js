// What must not wait for the page's own scripts. Runs before the first paint and before anything else, and must
// not throw.
(function () {
	// The theme, so that it does not flash: #v1;…theme=dark… in the address wins over the stored choice.
	var theme = null;
	try {
		theme = localStorage.getItem('xent-theme');
	} catch (_) {
		// No storage: follow the system.
	}
	var shared = /^#v1;(?:.*;)?theme=(light|dark)(?:;|$)/.exec(location.hash);
	if (shared) theme = shared[1];
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

	// The core, which is most of the download: under way while the scripts come that need it (see src/start.ts).
	var core = document.currentScript.dataset.core;
	if (core) {
		window.core = fetch(core, { priority: 'low' });
		window.core.catch(function () {}); // told by who waits for it
	}
})();
