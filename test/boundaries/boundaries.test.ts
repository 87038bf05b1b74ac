// A short version of bench/boundaries: a few seeds, pooled over the lines; its margins are those that the pilot found there.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import bench from "../../bench/boundaries/results.json" with { type: "json" };
import { formatAttempts } from "../../src/records/parse.ts";
import type { Study } from "../../src/report/study-data.ts";
import { scriptedAttempts, scriptedConfig } from "../../src/simulate/scripted.ts";
import { quorateHere } from "../cli/run.ts";
import { byStages, measureBoundary } from "./measure-boundaries.ts";
import { perTask, worlds } from "./worlds.ts";

const { tasks } = bench;
const marginOf = (name: string) => bench.lines.find((line) => line.name === name)!.margin;

/** Sums over both sides of every line. */
function pooled(margins: number) {
  const counts = worlds.flatMap((world) =>
    [-margins, margins].map((times) =>
      measureBoundary(world, { distance: times * marginOf(world.name), tasks, seeds: 4, seedFrom: 501 }),
    ),
  );
  const sum = (of: (one: (typeof counts)[number]) => number) => counts.reduce((total, one) => total + of(one), 0);
  return {
    seeds: sum(({ seeds }) => seeds),
    told: sum(({ seeds, cannotTell }) => seeds - cannotTell),
    wrong: sum(({ wrong }) => wrong),
    counts,
  };
}

describe("scripted teams", () => {
  it("stand where their script says", () => {
    for (const world of worlds)
      for (const distance of [-0.1, 0, 0.1])
        expect(world.distanceOf(world.at(distance, tasks))).toBeCloseTo(distance, 9);
  });

  it("are told their side of a line by most studies at twice the detectable margin, and by nearly none the other", () => {
    const { seeds, told, wrong } = pooled(2);
    expect(told / seeds).toBeGreaterThanOrEqual(0.8);
    expect(wrong / seeds).toBeLessThanOrEqual(0.05);
  });

  it("are told mostly that it cannot be told yet at half the margin, with the tasks still needed", () => {
    const { seeds, told, wrong, counts } = pooled(0.5);
    expect(told / seeds).toBeLessThan(0.6);
    expect(wrong / seeds).toBeLessThanOrEqual(0.1);
    for (const { cannotTell, tasksStillNeeded } of counts)
      if (cannotTell > 0) expect(tasksStillNeeded).toBeGreaterThanOrEqual(1);
  });

  it.each(worlds)("show $name in the JSON of the study verb", async (world) => {
    const distance = 3 * marginOf(world.name);
    const truth = world.at(distance, tasks);
    const attempts = scriptedAttempts(truth, 501);
    const folder = mkdtempSync(join(tmpdir(), "quorate-boundaries-"));
    try {
      writeFileSync(join(folder, "attempts.jsonl"), [...formatAttempts(attempts)].join(""));
      writeFileSync(join(folder, "quorate.config.json"), JSON.stringify(scriptedConfig(truth)));
      const budget = `${perTask.amount}${perTask.unit}`;
      const { code, stdout } = await quorateHere(
        ["study", "attempts.jsonl", "--per-task", budget, "--splits", "0", "--seed", "501", "--json"],
        { cwd: folder },
      );
      expect(code).toBe(0);
      const { boundaries } = JSON.parse(stdout) as Study;
      const told = boundaries.find((line) => line.code === world.code)!;
      expect(told.side).toBe("team");
      expect(boundaries).toEqual(byStages(world, distance, tasks, 501).boundaries);
      expect(told.crossings.length).toBeGreaterThanOrEqual(3);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
