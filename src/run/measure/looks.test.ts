import { describe, expect, it } from "vitest";
import { normalDeviate, random } from "../../theory/random.ts";
import { normalQuantile } from "../../theory/special.ts";
import { confidencePerLook, passes } from "./looks.ts";

describe("confidencePerLook", () => {
  it("asks of one look what was asked", () => {
    expect(confidencePerLook(0.9, [40])).toBe(0.9);
  });

  it("has Pocock's bar: five equal steps at 2.5 % a side need 2.413 deviations", () => {
    expect(normalQuantile(confidencePerLook(0.975, [1, 2, 3, 4, 5]))).toBeCloseTo(2.413, 2);
  });

  it("rises with the number of looks, and never asks less", () => {
    const bars = [1, 2, 4, 8].map((looks) => confidencePerLook(0.9, growing(looks)));
    expect(bars.toSorted((a, b) => a - b)).toEqual(bars);
    expect(bars[0]).toBe(0.9);
  });

  it("is passed by chance no more often than asked, at any of eight looks", () => {
    const tasks = growing(8);
    const bar = normalQuantile(confidencePerLook(0.9, tasks));
    const next = random(1, "walks");
    const walks = 20_000;
    let passed = 0;
    for (let walk = 0; walk < walks; walk++) {
      let [sum, at] = [0, 0];
      for (const n of tasks) {
        sum += normalDeviate(next) * Math.sqrt(n - at);
        at = n;
        if (sum / Math.sqrt(n) < bar) continue;
        passed++;
        break;
      }
    }
    expect(passed / walks).toBeGreaterThan(0.1 - 4 * Math.sqrt(0.09 / walks));
    expect(passed / walks).toBeLessThan(0.1 + 4 * Math.sqrt(0.09 / walks));
    expect(passes(normalQuantile(0.9), tasks)).toBeGreaterThan(0.25); // without it, one decision in four would be luck
  });
});

const growing = (looks: number) => Array.from({ length: looks }, (_, i) => 40 * 1.5 ** i);
