import { describe, expect, it } from "vitest";
import { askings, expectedTokens, worlds } from "../../../test/measure/worlds.ts";
import { calibrate } from "../../calibrate/calibrate.ts";
import { plan } from "../../plan/plan.ts";
import { scriptedConfig, scriptedTasks } from "../../simulate/scripted.ts";
import { isMeasured } from "../../theory/interval.ts";
import { recordingsOf, withOwnGroups } from "./look.ts";
import { type MeasureOptions, measure } from "./measure.ts";
import type { Asker, Probe } from "./probe.ts";
import { scriptedAsker } from "./scripted-asker.ts";

const named = (part: string) => worlds.find(({ name }) => name.includes(part))!;
const clear = named("one agent");

const optionsFor = ({ truth, perTask }: (typeof worlds)[number], budgetTokens: number, seed = 1): MeasureOptions => ({
  ...{ tasks: scriptedTasks(truth, seed).map(({ taskId }) => taskId), columns: askings(truth) },
  ...{ config: scriptedConfig(truth), perTask, seed, expectedCost: expectedTokens(truth) },
  budget: { amount: budgetTokens, unit: "tokens" },
});

/** Tells what was asked. */
function watched(asker: Asker): Asker & { readonly asked: Probe[] } {
  const asked: Probe[] = [];
  return {
    asked,
    ask(probes) {
      asked.push(...probes);
      return asker.ask(probes);
    },
  };
}

describe("measure", () => {
  it("ends as soon as the plan is settled, and the plan of what it bought says the same", async () => {
    const found = await measure(scriptedAsker(clear.truth, 1), optionsFor(clear, 5e6));
    expect(found.status).toBe("settled");
    expect(found.spent.tokens).toBeLessThan(1e6);
    const recordings = recordingsOf(withOwnGroups(found.attempts), scriptedConfig(clear.truth));
    const { advice } = plan(calibrate(recordings), { perTask: clear.perTask });
    expect(advice).toMatchObject({ kind: found.advice.kind, team: found.advice.team, tasksStillNeeded: null });
  });

  it("asks nothing twice, and numbers answers and groups so that no key repeats", async () => {
    const asker = watched(scriptedAsker(named("team").truth, 1));
    const { attempts } = await measure(asker, optionsFor(named("team"), 8e5));
    const keys = asker.asked.map((probe) => JSON.stringify(probe));
    expect(new Set(keys).size).toBe(keys.length);
    const attemptKeys = attempts.map(({ taskId, agent, level, group, sample, messageTokens }) =>
      JSON.stringify([taskId, agent, level, group, sample, messageTokens]),
    );
    expect(new Set(attemptKeys).size).toBe(attemptKeys.length);
  });

  it("gives every parameter of the theory an interval, whether the decision needs it or not", async () => {
    const { calibration } = await measure(scriptedAsker(named("levels").truth, 1), optionsFor(named("levels"), 6e5));
    const { beta, rhoTask, rhoWithin, fidelity } = calibration;
    expect([beta, rhoTask, rhoWithin, fidelity].map((one) => isMeasured<object>(one))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it("stays within its budget as it expects calls to cost, and says that the budget ended it", async () => {
    for (const budget of [5e4, 2e5, 5e5]) {
      const found = await measure(scriptedAsker(named("tie").truth, 3), optionsFor(named("tie"), budget));
      expect(found.spent.tokens).toBeLessThan(1.1 * budget); // the ledger of a run is what no call gets past
      expect(found.status).toBe("budget");
      expect(found.stillNeeded === null || found.stillNeeded.high >= found.stillNeeded.low).toBe(true);
    }
  });

  it("asks only what is missing where something was recorded before", async () => {
    const options = optionsFor(clear, 5e6);
    const before = await measure(scriptedAsker(clear.truth, 1), options);
    const again = await measure(scriptedAsker(clear.truth, 1), { ...options, have: before.attempts });
    expect(again.status).toBe("settled");
    expect(again.attempts).toEqual([]);
    expect(again.spent.calls).toBe(0);
  });

  it("asks those no more who cannot be the best choice", async () => {
    const asker = watched(scriptedAsker(clear.truth, 3));
    const found = await measure(asker, optionsFor(clear, 5e6, 3));
    const answers = (agent: string) =>
      new Set(asker.asked.filter((probe) => probe.kind === "answer" && probe.agent === agent).map(({ task }) => task))
        .size;
    const last = found.looks.at(-1)!;
    const dropped = clear.truth.agents.map(({ name }) => name).filter((name) => !last.inPlay.includes(name));
    expect(dropped.length).toBeGreaterThan(0);
    for (const name of dropped) expect(answers(name)).toBeLessThanOrEqual(answers(found.advice.team.split("@")[1]!));
  });

  it("is the same for the same seed", async () => {
    const runs = await Promise.all([1, 2].map(() => measure(scriptedAsker(clear.truth, 2), optionsFor(clear, 1e6, 2))));
    expect(runs[1]!.attempts).toEqual(runs[0]!.attempts);
    expect(runs[1]!.advice).toEqual(runs[0]!.advice);
  });

  it("leaves out what was not answered, and ends where it was stopped", async () => {
    const world = scriptedAsker(named("tie").truth, 1);
    let batches = 0;
    const stopping: Asker = {
      async ask(probes) {
        const asked = await world.ask(probes);
        batches++;
        return { ...asked, attempts: asked.attempts.filter((_, i) => i % 10 !== 0), interrupted: batches === 3 };
      },
    };
    const found = await measure(stopping, optionsFor(named("tie"), 5e6));
    expect(found.status).toBe("interrupted");
    expect(batches).toBe(3);
  });
});
