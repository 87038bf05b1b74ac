import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { levels } from "../../bench/foresight/levels.ts";
import { readSets } from "../../bench/foresight/sets.ts";
import { calibrate } from "../../src/calibrate/calibrate.ts";
import { calibrateCompute } from "../../src/calibrate/compute.ts";
import { readAttempts } from "../../src/records/read.ts";
import { tabulate } from "../../src/records/tabulate.ts";
import { isMeasured } from "../../src/theory/interval.ts";

const data = join(import.meta.dirname, "../../../shared/data");
const campaign = { splits: 3, seed: 1 };
const computeOf = async (set: string) => {
  const recordings = tabulate(await readAttempts([join(data, set)]), { agents: {}, sources: [] });
  return calibrateCompute(calibrate(recordings, { pairs: false }));
};

describe.skipIf(!existsSync(data))("extrapolation in compute on public recordings", () => {
  it("foretells pass@n of all samples from some, better than the last value, a line or independence", async () => {
    const { sets } = await readSets(["svamp-pot-k30", "game24-gpt4", "lcb-testgen"].map((name) => join(data, name)));
    const found = sets.flatMap((set) => {
      const one = levels.measure(set, campaign);
      return one ? [{ set: set.name, found: { ...one, levels: [] } }] : [];
    });
    const { checks } = levels.tell(found, campaign);
    expect(checks.map(({ claim }) => claim)).toHaveLength(4);
    expect(checks.filter(({ met }) => !met)).toEqual([]);
  });

  it("foretells published totals at the largest level better than the last value and a line", () => {
    const { checks } = levels.tell(
      [],
      campaign,
      ["aider-levels", "frugalgpt-curves"].map((name) => join(data, name)),
    );
    expect(checks).toHaveLength(2);
    expect(checks.filter(({ met }) => !met)).toEqual([]);
  });

  it("sees reflections pay where plain retries have stopped to, and ranks nobody across other tasks", async () => {
    const { levelCurves, rankings } = await computeOf("reflexion-trials");
    const at = (agent: string) => levelCurves.find((one) => one.agent === agent && one.axis === "level")!;
    const plain = at("alfworld/base");
    expect(isMeasured(plain.family)).toBe(true);
    const far = plain.curve.at(-1)!;
    expect(far.at).toBeCloseTo(70, 6);
    expect(far.accuracy.low).toBeLessThan(plain.levels.at(-1)!.accuracy.value);
    const alfworld = rankings.find(({ a, b }) => [a, b].every((name) => name.startsWith("alfworld/")))!;
    expect(alfworld.ranges.at(-1)!.ahead).toBe("alfworld/reflexion");
    expect(rankings.some(({ a, b }) => a.startsWith("alfworld/") !== b.startsWith("alfworld/"))).toBe(false);
  });

  it("chooses nothing for two named levels, puts them by answer length, and says what a guess is worth", async () => {
    const [curve] = (await computeOf("bbh-codex")).levelCurves;
    expect(curve!.axis).toBe("tokensOut");
    expect(curve!.family).toHaveProperty("probe");
    expect(curve!.chance.from).toBe("guesses");
    expect(curve!.chance.value).toBeGreaterThan(0.03); // Booleans, letters and short words among 27 subtasks
    expect(curve!.chance.value).toBeLessThan(0.3);
  });

  it("bounds a success rate of nothing in 621 samples by its 39 tasks", async () => {
    const { passAtK } = await computeOf("arc-verifier");
    const none = passAtK.find(({ name }) => name === "qwen-22b@arc2-k16")!;
    expect(none.success).toMatchObject({ value: 0, low: 0 });
    expect(none.success.high).toBeCloseTo(1 - 0.05 ** (1 / 39), 3);
    expect(none.samplesUntilHalf.value).toBe(null);
    expect(none.neverSolved.high).toBe(1);
  });
});
