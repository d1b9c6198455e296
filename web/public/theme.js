// Sets the theme before the first paint, so that it does not flash. Runs before anything else,
// must not throw, and knows only this: #v1;…theme=dark… in the address wins over the stored choice.
(function () {
	var theme = null;
	try {
		theme = localStorage.getItem('xent-theme');
	} catch (_) {
		// No storage: follow the system.
	}
	var shared = /^#v1;(?:.*;)?theme=(light|dark)(?:;|$)/.exec(location.hash);
	if (shared) theme = shared[1];
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
