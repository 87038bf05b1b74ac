import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { innerLines, outlines, type Point } from "./contours.ts";

const steps = (count: number) => Array.from({ length: count }, (_, i) => i);
const field = (columns: number, rows: number, of: (x: number, y: number) => number) => ({
  x: steps(columns),
  y: steps(rows),
  values: steps(columns * rows).map((at) => of(at % columns, Math.floor(at / columns))),
});

/** Signed area by the shoelace formula; outlines of holes turn the other way. */
const area = (rings: readonly (readonly Point[])[]) =>
  rings.reduce(
    (sum, ring) =>
      sum + ring.reduce((part, { x, y }, i) => part + (x * ring.at(i - 1)!.y - ring.at(i - 1)!.x * y) / 2, 0),
    0,
  );

describe("outlines", () => {
  it("finds a circle within the error of straight pieces, and a hole in it", () => {
    const disk = outlines(
      field(81, 81, (x, y) => 30 - Math.hypot(x - 40, y - 40)),
      0,
    );
    expect(disk).toHaveLength(1);
    expect(Math.abs(area(disk))).toBeCloseTo(Math.PI * 900, -1.2);
    const ring = outlines(
      field(81, 81, (x, y) => 10 - Math.abs(20 - Math.hypot(x - 40, y - 40))),
      0,
    );
    expect(ring).toHaveLength(2);
    expect(Math.abs(area(ring)) / (Math.PI * 800)).toBeCloseTo(1, 2);
  });

  it("follows the edge of the grid where the region reaches it", () => {
    const [ring] = outlines(
      field(11, 6, (x) => x - 4.25),
      0,
    );
    expect(Math.abs(area([ring!]))).toBeCloseTo(5.75 * 5, 9);
    expect(innerLines([ring!], { x: steps(11), y: steps(6) })).toEqual([
      expect.arrayContaining([
        { x: 4.25, y: 0 },
        { x: 4.25, y: 5 },
      ]),
    ]);
  });

  it("gives region and complement that fill the grid together, and every piece a neighbor, whatever the field", () => {
    const anyField = fc
      .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 2, max: 9 }))
      .chain(([columns, rows]) =>
        fc
          .array(fc.integer({ min: -3, max: 3 }), { minLength: columns * rows, maxLength: columns * rows })
          .map((values) => ({ x: steps(columns).map((i) => 20 * i), y: steps(rows).map((i) => 20 * i), values })),
      );
    fc.assert(
      fc.property(anyField, (one) => {
        const above = outlines(one, 0.4);
        const below = outlines({ ...one, values: Array.from(one.values, (value) => -value) }, -0.4);
        const whole = one.x.at(-1)! * one.y.at(-1)!;
        // a tenth of a pixel along every outline is lost by leaving points out
        expect(Math.abs(Math.abs(area(above)) + Math.abs(area(below)) - whole)).toBeLessThan(0.02 * whole);
        for (const ring of [...above, ...below])
          for (const { x, y } of ring) {
            expect(x).toBeGreaterThanOrEqual(0);
            expect(x).toBeLessThanOrEqual(one.x.at(-1)!);
            expect(y).toBeGreaterThanOrEqual(0);
            expect(y).toBeLessThanOrEqual(one.y.at(-1)!);
          }
      }),
    );
  });
});
