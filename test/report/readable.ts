// What must hold of every page as a browser lays it out.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Runs in the browser: everything that can be wrong with the boxes of a page, in words. */
const layoutProblems = readFileSync(new URL("layout-problems.js", import.meta.url), "utf8");

/** Nothing overlaps or leaves its picture, in this font and a wider one; axe finds nothing, in light and dark. */
export async function expectReadable(page: Page): Promise<void> {
  expect(await page.evaluate(layoutProblems)).toEqual([]);
  await page.evaluate(axe);
  const violations = (rules: string) =>
    page.evaluate(
      `axe.run(document, ${rules}).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 200)))`,
    );
  expect(await violations(`{ resultTypes: ["violations"] }`)).toEqual([]);
  // In the dark only colours differ.
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(`{ resultTypes: ["violations"], runOnly: ["color-contrast"] }`)).toEqual([]);
  await page.addStyleTag({ content: ':root{--sans:"DejaVu Sans",Verdana,sans-serif!important}' });
  expect(await page.evaluate(layoutProblems)).toEqual([]);
}
