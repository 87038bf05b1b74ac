// Whatever a public set is like (scores, strata, one agent, prices for some), its study keeps what every study promises.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readAttempts } from "../../src/records/read.ts";
import type { Format } from "../../src/report/formats/format.ts";
import * as formats from "../../src/report/formats/index.ts";
import { report } from "../../src/report/report.ts";
import type { Study } from "../../src/report/study-data.ts";
import { splitTasks } from "../../src/study/split.ts";
import { study } from "../../src/study/study.ts";
import { isMeasured } from "../../src/theory/interval.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const config = { agents: {}, sources: [] };

const sets = [
  "alpaca-eval2", // scores of 58 agents
  "arc-verifier", // strata with other agents each
  "humaneval-k16", // tokens of one agent of two
  "svamp-pot-k30", // one agent, 30 samples
  "swebench-verified-bash", // dollars, right or wrong only
  "team-allocation", // 18 tasks, agents on 5 of them
  "tot-scored", // scores, nobody right
];

describe.skipIf(!existsSync(data))("a study of a public set", () => {
  describe.each(sets)("%s", (set) => {
    let found: Study;
    beforeAll(async () => {
      found = study(await readAttempts([join(data, set)]), { config, splits: 0 });
    });

    it("holds no NaN, and every interval holds its value", () => {
      expect(wrongNumbers(found, "study")).toEqual([]);
    });

    it("compares at equal money", () => {
      const { amount, unit } = found.budget;
      expect(found.comparisons.length).toBeGreaterThan(0);
      for (const { team, forecast } of found.comparisons) {
        const cost = forecast.cost[unit];
        expect({ team, fits: isMeasured(cost) && cost.mean <= amount * (1 + 1e-6) }).toEqual({ team, fits: true });
      }
    });

    it("checks on tasks that played no part in the choice", () => {
      const { choosing, heldBack } = splitTasks(found.tasks.total, found.seed);
      expect(found.tasks).toEqual({ total: found.tasks.total, choosing: choosing.length, heldBack: heldBack.length });
      expect(new Set([...choosing, ...heldBack]).size).toBe(found.tasks.total);
      for (const { measured } of found.comparisons) expect(measured.tasks).toBeLessThanOrEqual(heldBack.length);
    });

    it.each(Object.entries<Format>(formats))("is told in %s without a number that is none", (_, format) => {
      expect(format.render(report(found)).match(/.{0,40}\b(?:NaN|undefined|Infinity)\b.{0,20}/)?.[0]).toBeUndefined();
    });
  });
});

/** Paths of numbers that are NaN, and of intervals that do not hold their middle. */
function wrongNumbers(value: unknown, path: string): string[] {
  if (typeof value === "number") return Number.isNaN(value) ? [`${path} is NaN`] : [];
  if (typeof value !== "object" || value === null) return [];
  const { low, high, value: middle, mean = middle, median = mean } = value as Record<string, unknown>;
  const outside =
    typeof low === "number" &&
    typeof high === "number" &&
    typeof median === "number" &&
    !(low <= median && median <= high)
      ? [`${path}: ${median} lies outside [${low}, ${high}]`]
      : [];
  return [...outside, ...Object.entries(value).flatMap(([name, one]) => wrongNumbers(one, `${path}.${name}`))];
}
