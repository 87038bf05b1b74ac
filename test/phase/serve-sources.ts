// The library's own sources as a browser can load them: types stripped, nothing bundled, no network.
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const origin = "http://quorate.invalid";
const sources = fileURLToPath(new URL("../../src/", import.meta.url));

/** Address of a module of src/, as `import(…)` in the page wants it. */
export const moduleUrl = (path: string) => `${origin}/${path}`;

/** Answers every request of the page from src/. */
export async function serveSources(page: Page): Promise<void> {
  await page.route(`${origin}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    return path === ""
      ? route.fulfill({ contentType: "text/html", body: "<!doctype html><title>sources</title>" })
      : route.fulfill({
          contentType: "text/javascript",
          body: stripTypeScriptTypes(readFileSync(`${sources}${path}`, "utf8")),
        });
  });
  await page.goto(`${origin}/`);
}
