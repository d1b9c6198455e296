import type { Plugin } from 'vite';
import { document } from '../src/document.ts';
import { routes, type Route } from '../src/routes.ts';

/** The pages of src/routes.ts as entries of the build, and as documents of the development server. */
export function pages(): Plugin {
	return {
		name: 'xent-pages',
		config(config, { command }) {
			if (command !== 'build' || config.build?.ssr) return {};
			const input = Object.fromEntries(
				routes.flatMap(({ dir, worker }: Route) =>
					(worker ? ['main', 'worker'] : ['main']).map((file) => [
						`${dir.replaceAll('/', '-')}-${file}`,
						`src/pages/${dir}/${file}.ts`,
					]),
				),
			);
			// What one page loads at once, another may load when it is needed: no mistake, so no warning.
			const checks = { bundlerTimings: false, ineffectiveDynamicImport: false };
			return { build: { manifest: true, rolldownOptions: { input, checks } } };
		},
		configureServer(server) {
			server.middlewares.use(async (request, response, next) => {
				const url = new URL(request.url ?? '/', 'http://localhost');
				const route: Route | undefined = routes.find((r) => `/${r.path}` === url.pathname);
				if (!route) return next();
				const html = document(route, {
					early: 'early.js',
					icon: 'icon.svg',
					script: `src/pages/${route.dir}/main.ts`,
					worker: route.worker ? `src/pages/${route.dir}/worker.ts` : undefined,
					preload: [],
					styles: ['src/styles/site.css'],
					head: '',
					body: '',
				});
				response.setHeader('Content-Type', 'text/html; charset=utf-8');
				// Vite injects its own inline scripts while developing: the policy is for the built site.
				const open = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>\n/, '');
				response.end(await server.transformIndexHtml(url.pathname, open));
			});
		},
	};
}
