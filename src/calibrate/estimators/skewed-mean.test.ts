import { describe, expect, it } from "vitest";
import { random } from "../../theory/random.ts";
import { normalQuantile } from "../../theory/special.ts";
import { skewedMeanInterval } from "./skewed-mean.ts";
import { taskMeanInterval } from "./task-mean.ts";

describe("skewedMeanInterval", () => {
  it("is Student's where tasks are symmetric, and leaves out tasks that lack the number", () => {
    const values = Float64Array.of(1, 2, 3, 4, 5, Number.NaN);
    const [own, student] = [skewedMeanInterval(values, 0.9), taskMeanInterval(values, 0.9)];
    expect(own.low).toBeCloseTo(student.low, 10);
    expect(own.high).toBeCloseTo(student.high, 10);
    expect(own.value).toBe(3);
  });

  it("moves and stretches with the numbers, and mirrors with their sign", () => {
    const values = Float64Array.of(0, 0, 1, 1, 2, 9);
    const own = skewedMeanInterval(values, 0.9);
    const moved = skewedMeanInterval(
      values.map((value) => 7 - 3 * value),
      0.9,
    );
    expect(moved.low).toBeCloseTo(7 - 3 * own.high, 10);
    expect(moved.high).toBeCloseTo(7 - 3 * own.low, 10);
  });

  it("reaches far up, and not below 0, where one task is nearly the whole sum", () => {
    const values = new Float64Array(100).fill(0.01);
    values[0] = 1000;
    const { value, low, high } = skewedMeanInterval(values, 0.9);
    expect(high / value).toBeGreaterThan(5);
    expect(low / value).toBeGreaterThan(-0.2);
  });

  it("holds the mean of squared normal errors nine times in ten, missing as often above as below", () => {
    const next = random(5, "squares");
    const runs = 4000;
    let [below, above] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const squares = Float64Array.from({ length: 100 }, () => normalQuantile(next() + 2 ** -33) ** 2);
      const { low, high } = skewedMeanInterval(squares, 0.9);
      if (high < 1) below++;
      if (low > 1) above++;
    }
    expect(1 - (below + above) / runs).toBeGreaterThan(0.88);
    expect(1 - (below + above) / runs).toBeLessThan(0.92);
    expect(Math.abs(below - above) / runs).toBeLessThan(0.03);
  });

  it("needs two tasks", () => {
    expect(() => skewedMeanInterval(Float64Array.of(1, Number.NaN), 0.9)).toThrow("tasks = 1");
  });
});
