import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { overlap } from "./canvas.ts";
import { lineBoxes, placeLabels, spread } from "./place-labels.ts";
import { clipMiddle, textWidth, wrapText } from "./text-width.ts";

const bounds = { x: 0, y: 0, width: 400, height: 300 };
const anyLabel = fc.record({
  lines: fc.array(fc.record({ text: fc.string({ minLength: 1, maxLength: 40 }), bold: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  }),
  size: fc.constantFrom(12 as const, 13 as const),
  x: fc.integer({ min: -20, max: 420 }),
  y: fc.integer({ min: -20, max: 320 }),
  radius: fc.integer({ min: 0, max: 8 }),
  reach: fc.constantFrom(4, 16, 44, 160),
  farthest: fc.constantFrom(0, 500),
});
const anyBox = fc.record({
  x: fc.integer({ min: 0, max: 380 }),
  y: fc.integer({ min: 0, max: 280 }),
  width: fc.integer({ min: 1, max: 60 }),
  height: fc.integer({ min: 1, max: 60 }),
});

describe("placeLabels", () => {
  it("never lets a label touch an obstacle, another label, a leader or the edge, whatever the data", () => {
    fc.assert(
      fc.property(
        fc.array(anyLabel, { maxLength: 12 }),
        fc.array(anyBox, { maxLength: 15 }),
        fc.array(anyBox, { maxLength: 5 }),
        (requests, obstacles, solid) => {
          const placed = placeLabels(requests, { bounds, obstacles, solid }).filter((label) => label !== null);
          for (const [i, { box, leader }] of placed.entries()) {
            expect(
              box.x >= bounds.x && box.y >= bounds.y && box.x + box.width <= 400 && box.y + box.height <= 300,
            ).toBe(true);
            for (const other of [...obstacles, ...solid, ...placed.slice(i + 1).map((label) => label.box)])
              expect(overlap(box, other)).toBe(false);
            for (const other of placed)
              if (leader && other.box !== box)
                expect(
                  lineBoxes(leader.x1, leader.y1, leader.x2, leader.y2).some((part) => overlap(part, other.box, -1)),
                ).toBe(false);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("stands on the preferred side where that is free, and drops what fits nowhere", () => {
    const label = { lines: [{ text: "GPT-4" }], size: 12 as const, x: 200, y: 150, radius: 5 };
    expect(placeLabels([{ ...label, prefer: ["left"] }], { bounds, obstacles: [] })[0]).toMatchObject({
      anchor: "end",
      x: 191,
    });
    expect(placeLabels([label], { bounds, obstacles: [bounds] })).toEqual([null]);
  });
});

describe("spread", () => {
  it("keeps order and distance, and stays inside where there is room", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 }), (positions) => {
        const moved = spread(positions, 17, 0, 200).toSorted((a, b) => a - b);
        for (const [i, one] of moved.entries()) {
          expect(one).toBeGreaterThanOrEqual(-1e-9);
          expect(one).toBeLessThanOrEqual(200 + 1e-9);
          if (i > 0) expect(one - moved[i - 1]!).toBeGreaterThanOrEqual(17 - 1e-9);
        }
      }),
    );
  });
});

describe("text in pictures", () => {
  it("is cut in its middle, so that the end of a version survives", () => {
    expect(clipMiddle("provider/instruct-2026-05-24b", 120, 12)).toMatch(/^provi.*…/);
    expect(clipMiddle("provider/instruct-2026-05-24b", 120, 12)).toMatch(/-24b$/);
    expect(clipMiddle("short", 120, 12)).toBe("short");
  });

  it("wraps between names, never inside one, and never wider than asked", () => {
    expect(wrapText("Codex few-shot + GPT-3 175B", 120, { size: 12, names: ["Codex few-shot", "GPT-3 175B"] })).toEqual(
      ["Codex\u00a0few-shot +", "GPT-3\u00a0175B"],
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 120 }),
        fc.integer({ min: 40, max: 300 }),
        fc.boolean(),
        (text, width, bold) => {
          for (const line of wrapText(text, width, { size: 13, bold }))
            expect(textWidth(line, 13, bold)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
