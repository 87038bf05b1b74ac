// The campaign of bench/boundaries: 200 whole studies at every distance, with the margins that its pilot found.
import { describe, expect, it } from "vitest";
import bench from "../../bench/boundaries/results.json" with { type: "json" };
import { byStudy, measureBoundary } from "./measure-boundaries.ts";
import { worlds } from "./worlds.ts";

const { tasks } = bench;
const seeds = 200;

describe.each(worlds)("$name", (world) => {
  const { margin } = bench.lines.find(({ name }) => name === world.name)!;
  const at = (times: number) =>
    measureBoundary(world, { distance: times * margin, tasks, seeds, seedFrom: 1 }, byStudy);

  it.each([-2, 2])("is decided by 80 % of studies at %s margins, wrongly by at most 5 %", (times) => {
    const { cannotTell, wrong } = at(times);
    expect(cannotTell / seeds).toBeLessThanOrEqual(0.2);
    expect(wrong / seeds).toBeLessThanOrEqual(0.05);
  });

  it.each([-0.5, 0, 0.5])("mostly cannot be told at %s margins, and is told wrongly by at most 10 %", (times) => {
    const { cannotTell, wrong, tasksStillNeeded } = at(times);
    expect(cannotTell / seeds).toBeGreaterThan(0.5);
    expect(wrong / seeds).toBeLessThanOrEqual(0.1);
    expect(tasksStillNeeded).toBeGreaterThanOrEqual(1);
  });
});
