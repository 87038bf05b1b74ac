// Phase diagrams in a browser: the same numbers as in Node, and pictures in which nothing overlaps.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { phasePage, phaseSvg } from "../../src/report/html/phase-page.ts";
import { type PhaseProblem, phaseGrid } from "../../src/theory/phase.ts";
import { chromiumFlags, chromiumPath } from "../report/chromium.ts";
import { expectReadable } from "../report/readable.ts";
import { maps } from "./maps.ts";
import { moduleUrl, serveSources } from "./serve-sources.ts";

const missing = !existsSync(chromiumPath);

describe.skipIf(missing)(`phase diagrams in Chromium${missing ? ` (skipped: no ${chromiumPath})` : ""}`, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "quorate-phase-"));
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumFlags });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are the same numbers as in Node", async () => {
    const problem: PhaseProblem = {
      x: { parameter: "rho", from: 0, to: 0.6, steps: 50 },
      y: { parameter: "budget", from: 1e3, to: 1e6, steps: 50, log: true },
      layers: 3,
      rhoTask: 0.05,
      values: { gamma: 0.9, fanIn: 5, messageTokens: 30, contextTokens: 200, accuracy: 0.6 },
      leaf: { beta: 0.2, compute: 200 },
    };
    const page = await browser.newPage();
    await serveSources(page);
    const there = await page.evaluate<{ accuracy: number[]; single: number[]; alpha: number[]; phase: number[] }>(
      `import(${JSON.stringify(moduleUrl("theory/phase.ts"))}).then(({ phaseGrid }) => {
        const { accuracy, single, alpha, phase } = phaseGrid(${JSON.stringify(problem)});
        return { accuracy: [...accuracy], single: [...single], alpha: [...alpha], phase: [...phase] };
      })`,
    );
    await page.close();
    const here = phaseGrid(problem);
    for (const field of ["accuracy", "single", "alpha"] as const)
      for (const [i, value] of here[field].entries())
        expect(Math.abs(value - there[field][i]!)).toBeLessThanOrEqual(1e-12);
    expect(there.phase).toEqual([...here.phase]);
  });

  for (const [name, make] of Object.entries(maps))
    it(`show ${name}: nothing overlaps, leaves its picture or scrolls, wide and narrow, light and dark`, async () => {
      const file = join(folder, `${name}.html`);
      writeFileSync(file, phasePage(make()));
      for (const width of [1280, 390]) {
        const page = await browser.newPage({ viewport: { width, height: 900 } });
        const requests: string[] = [];
        page.on("request", (request) => requests.push(request.url()));
        await page.goto(`file://${file}`);
        expect(requests).toHaveLength(1);
        await expectReadable(page);
        await page.close();
      }
    });

  it("stand as SVG files of their own: well-formed, small, titled, within their frame", async () => {
    const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
    for (const [name, make] of Object.entries(maps)) {
      const text = phaseSvg(make());
      expect(text.length).toBeLessThan(200_000);
      const file = join(folder, `${name}.svg`);
      writeFileSync(file, text);
      await page.goto(`file://${file}`);
      const found = await page.evaluate<{ root: string; title: string; outside: string[] }>(`(() => {
        const frame = document.documentElement.getBoundingClientRect();
        const outside = [...document.querySelectorAll("text")].filter((text) => {
          const box = text.getBoundingClientRect();
          return box.left < frame.left || box.right > frame.right + 1 || box.bottom > frame.bottom;
        });
        return {
          root: document.documentElement.tagName,
          title: document.querySelector("title").textContent,
          outside: outside.map((text) => text.textContent),
        };
      })()`);
      expect(found).toMatchObject({ root: "svg", outside: [] });
      expect(found.title.length).toBeGreaterThan(10);
    }
    await page.close();
  });
});
