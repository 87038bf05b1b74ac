import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { readAttempts } from "../records/read.ts";
import { tabulate } from "../records/tabulate.ts";
import { outcomesCached } from "../simulate/replay.ts";
import { permutation, random } from "../theory/random.ts";
import { studentTQuantile } from "../theory/special.ts";
import { plan } from "./plan.ts";

const file = new URL("../../../shared/data/gsm8k-multi/records.jsonl.gz", import.meta.url).pathname;
const splits = 40;

describe.skipIf(!existsSync(file))("the promise on 40 random halves of gsm8k-multi", () => {
  it.each([3, 5])(
    "of the team bought at %i calls is kept: small bias, honest interval, advice that wins",
    async (amount) => {
      const recordings = tabulate(await readAttempts([file], { cwd: "/" }), { agents: {}, sources: [] });
      const { table } = recordings;
      const knownNames = table.columns.map(({ name }) => name);
      let [bias, covered, bought, advised, won] = [0, 0, 0, 0, 0];
      for (let split = 0; split < splits; split++) {
        const order = permutation(table.tasks.length, random(split, "half"));
        const [half, rest] = [order.slice(0, 330).sort(), order.slice(330)];
        const calibration = calibrate(recordings, { tasks: half, pairs: false });
        const { best, single, advice } = plan(calibration, { perTask: { amount, unit: "calls" }, seed: split });
        const accuracy = (text: string) => outcomesCached(parseTeam(text, { knownNames }), table, { seed: 1 }).accuracy;
        const kept = (text: string) => {
          const [team, other] = [accuracy(text), accuracy(single.team)];
          const differences = [...rest].map((task) => team[task]! - other[task]!).filter((d) => !Number.isNaN(d));
          return differences.reduce((sum, d) => sum + d, 0) / differences.length;
        };
        if (advice.kind !== "single") {
          advised++;
          if (kept(advice.team) > 0) won++;
        }
        if (!best.gain) continue;
        bought++;
        const error = best.gain.mean - kept(best.team);
        bias += error;
        // a check on M tasks has noise of its own
        const noise = (studentTQuantile(0.95, rest.length - 1) * best.gain.deviation) / Math.sqrt(rest.length);
        if (Math.abs(error) <= Math.hypot((best.gain.high - best.gain.low) / 2, noise)) covered++;
      }
      expect(bought).toBe(splits);
      expect(Math.abs(bias / bought)).toBeLessThan(0.015);
      expect(covered / bought).toBeGreaterThanOrEqual(0.8);
      expect(advised).toBeGreaterThan(0.9 * splits);
      expect(won / advised).toBeGreaterThanOrEqual(0.95);
    },
    60_000,
  );
});
