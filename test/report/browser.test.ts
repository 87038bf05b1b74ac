// What no other test sees: fonts, boxes and colours as a browser lays them out. Every study at two widths, in light and
// dark, and once more with a wider font than the page asks for.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { html } from "../../src/report/formats/html.ts";
import { report } from "../../src/report/report.ts";
import { chromiumFlags, chromiumPath } from "./chromium.ts";
import { expectReadable } from "./readable.ts";
import { studies } from "./studies.ts";

const missing = !existsSync(chromiumPath);

describe.skipIf(missing)(`the page in Chromium${missing ? ` (skipped: no ${chromiumPath})` : ""}`, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "quorate-report-"));
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
    for (const [name, study] of Object.entries(studies))
      writeFileSync(join(folder, `${name}.html`), html.render(report(study())));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (name: string, width: number, colorScheme: "light" | "dark"): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const requests: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("dialog", (dialog) => void dialog.dismiss().then(() => expect.unreachable("a name ran as a script")));
    await page.goto(`file://${join(folder, `${name}.html`)}`);
    expect(requests).toHaveLength(1);
    return page;
  };

  for (const name of Object.keys(studies))
    for (const width of [1280, 390])
      it(`shows ${name} at ${width} px: nothing overlaps, leaves its picture or scrolls, in any font; axe finds nothing`, async () => {
        const page = await open(name, width, "light");
        await expectReadable(page);
        await page.close();
      });

  it("prints the wide drawings in light colours on A4, every figure on one page", async () => {
    const page = await open("cascadeAdvised", 1280, "dark");
    await page.emulateMedia({ media: "print" });
    // The width that A4 leaves between margins of 15 mm, and the height between margins of 14 mm.
    await page.setViewportSize({ width: 680, height: 1016 });
    const state = await page.evaluate<{ [name: string]: string | number }>(`({
      paper: getComputedStyle(document.body).backgroundColor,
      narrow: getComputedStyle(document.querySelector(".narrow")).display,
      numbers: getComputedStyle(document.querySelector("details")).display,
      tallest: Math.max(...[...document.querySelectorAll("figure")].map((figure) => figure.getBoundingClientRect().height)),
      right: Math.max(...[...document.querySelectorAll("svg[role=img]")].map((svg) => svg.getBoundingClientRect().right)),
      scroll: document.documentElement.scrollWidth,
    })`);
    expect(state).toMatchObject({ paper: "rgb(255, 255, 255)", narrow: "none", numbers: "none" });
    expect(state["tallest"]).toBeLessThan(1016);
    expect(state["right"]).toBeLessThanOrEqual(680);
    expect(state["scroll"]).toBeLessThanOrEqual(680);
    const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(3);
    expect(pages).toBeLessThan(16);
    await page.close();
  });
});
