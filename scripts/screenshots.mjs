// Pictures of every page of the built site, for people to look at.
//
//	node scripts/screenshots.mjs FOLDER        every page, light and dark, 390 and 1200 px wide,
//	                                           as printed, and with scripts off
//	node scripts/screenshots.mjs --readme      docs/lab.png, the picture of the README
//
// With XENT=bin/xent the pages come out of the binary, else out of web/dist.

import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../web/test/browser.mjs";
import { pagesOf, serve } from "../web/test/server.mjs";

const [target] = process.argv.slice(2);
if (!target) {
  console.error("usage: node scripts/screenshots.mjs FOLDER | --readme");
  process.exit(2);
}
const browser = await launch();
const place = await serve();
try {
  if (target === "--readme") await readme();
  else await all(target);
} finally {
  await browser.close();
  await place.close();
}

/** Opens a page and waits for it to be at rest. */
async function open(path, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await page.goto(place.url + path);
  if (options.javaScriptEnabled !== false)
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
  await page.waitForTimeout(400);
  return page;
}

async function all(folder) {
  await mkdir(folder, { recursive: true });
  for (const path of await pagesOf()) {
    const name = path.replace(/\/$/, "").replaceAll("/", "-") || "start";
    const shot = async (label, options, media) => {
      const page = await open(path, options);
      if (media) await page.emulateMedia({ media });
      await page.screenshot({
        path: join(folder, `${name}-${label}.png`),
        fullPage: true,
      });
      await page.context().close();
      console.log(join(folder, `${name}-${label}.png`));
    };
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [390, 1200])
        await shot(`${colorScheme}-${width}`, {
          colorScheme,
          viewport: { width, height: 900 },
        });
    }
    await shot("print", { viewport: { width: 794, height: 1123 } }, "print"); // A4 at 96 dpi
    await shot("noscript", {
      viewport: { width: 1200, height: 900 },
      javaScriptEnabled: false,
    });
  }
}

/** The explorer of chapter 4 as it opens, from its examples down: the picture of the README. */
async function readme() {
  const page = await open("learn/4-kl/", {
    viewport: { width: 1000, height: 800 },
    colorScheme: "light",
  });
  const examples = await page
    .getByRole("group", { name: "Examples" })
    .first()
    .boundingBox();
  const path = fileURLToPath(new URL("../docs/lab.png", import.meta.url));
  await page.screenshot({
    path,
    fullPage: true,
    clip: { x: 0, y: examples.y - 16, width: 1000, height: 690 },
  });
  console.log(path, (await stat(path)).size);
}
