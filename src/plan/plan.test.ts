import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { KnownError } from "../errors.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import type { Attempt } from "../records/attempt.ts";
import type { Config } from "../records/config.ts";
import { tabulate } from "../records/tabulate.ts";
import { replay } from "../simulate/replay.ts";
import { isMeasured } from "../theory/interval.ts";
import { permutation, random } from "../theory/random.ts";
import { forecast } from "./forecast.ts";
import { plan } from "./plan.ts";
import type { Budget, CostUnit, Forecast } from "./plan-types.ts";

const calls = (amount: number): Budget => ({ amount, unit: "calls" });

/** One attempt per agent, task and sample; `answerOf` says which: "g" is right. */
function attempts(
  agents: readonly string[],
  tasks: number,
  samples: number,
  answerOf: (agent: number, task: number, next: () => number) => string,
  seed = 1,
): Attempt[] {
  const next = random(seed, "attempts");
  return Array.from({ length: tasks }, (_, t) =>
    agents.flatMap((agent, a) =>
      Array.from({ length: samples }, (_, sample): Attempt => {
        return {
          taskId: `t${String(t).padStart(4, "0")}`,
          agent,
          sample,
          answer: answerOf(a, t, next),
          gold: "g",
          tokensIn: 100,
          tokensOut: 50,
          costUsd: 0.001 * (a + 1),
        };
      }),
    ),
  ).flat();
}

function recordingsOf(list: readonly Attempt[], config: Config = { agents: {}, sources: [] }) {
  const none = { graded: list.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  return tabulate(
    { name: "test", attempts: list, lines: list.length, badLines: [], sorts: none, disagreements: [], sources: [] },
    config,
  );
}
const calibrationOf = (list: readonly Attempt[]) => calibrate(recordingsOf(list));

/** Agents of one accuracy whose errors have nothing in common: they guess apart on wrong answers. */
const independent = (count: number, tasks: number, accuracy = 0.7, seed = 1) =>
  attempts(
    ["a", "b", "c", "d", "e"].slice(0, count),
    tasks,
    1,
    (a, _, next) => (next() < accuracy ? "g" : `w${a}`),
    seed,
  );

describe("plan", () => {
  it("advises a team of independent agents of equal accuracy, once there are enough tasks", () => {
    const { advice, team, single, best, findings } = plan(calibrationOf(independent(3, 300)), { perTask: calls(3) });
    expect(["panel", "cascade"]).toContain(advice.kind);
    expect(advice.probabilityBetter).toBeGreaterThanOrEqual(0.9);
    expect(advice.tasksStillNeeded).toBeNull();
    expect(best.team).toBe(team?.team);
    expect(team!.gain!.mean).toBeGreaterThan(0.05);
    expect(team!.gain!.against).toBe(single.team);
    expect(findings.map(({ code }) => code)).not.toContain("few-tasks");
  });

  it("cannot tell from few tasks, and says how many more it takes", () => {
    const seeds = Array.from({ length: 8 }, (_, seed) =>
      plan(calibrationOf(independent(3, 12, 0.7, seed)), { perTask: calls(3) }),
    );
    const unsure = seeds.filter(({ advice }) => advice.kind === "single" && advice.tasksStillNeeded);
    expect(unsure.length).toBeGreaterThan(2);
    for (const { advice, findings } of unsure) {
      const { low, median, high } = advice.tasksStillNeeded!;
      expect(low).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(high);
      expect(advice.because).toContain("cannot be told yet");
      expect(findings.map(({ code }) => code)).toContain("few-tasks");
    }
  });

  it("advises one agent where the others are copies of it", () => {
    const answers = attempts(["a", "b", "c"], 200, 1, (_, t) => (t % 3 === 0 ? "w" : "g"));
    const { advice, team, candidates, findings } = plan(calibrationOf(answers), { perTask: calls(3) });
    expect(advice.kind).toBe("single");
    expect(advice.team).toBe("single@a");
    expect(team).toBeNull(); // a team with the answers of one agent is not offered
    expect(candidates.every(({ kind }) => kind === "single")).toBe(true);
    expect(findings.map(({ code }) => code)).toContain("single-enough");
  });

  it("offers the cascade instead of the panel of three that gives the same answers", () => {
    const { candidates, frontier } = plan(calibrationOf(independent(3, 150)), { perTask: calls(3) });
    const texts = candidates.map(({ team }) => team);
    expect(texts.some((text) => text.startsWith("cascade@"))).toBe(true);
    expect(texts.some((text) => text.startsWith("vote@"))).toBe(false);
    const cheap = frontier.find(({ kind }) => kind === "cascade")!;
    expect(cheap.cost.calls.mean).toBeLessThan(3);
    expect(cheap.cost.calls.max).toBe(3);
  });

  it("offers a cheap cascade that errs where the dear agent errs", () => {
    // two cheap agents are right together on every other task, and else apart; the dear one misses one task in ten
    const answers = attempts(["cheap", "cheaper", "dear"], 200, 1, (agent, t) =>
      agent === 2 ? (t % 10 === 9 ? "w" : "g") : t % 2 === 0 ? "g" : `w${agent}`,
    ).map((attempt) => ({ ...attempt, costUsd: attempt.agent === "dear" ? 0.1 : 0.001 }));
    const { best, single } = plan(calibrationOf(answers), { perTask: { amount: 0.2, unit: "usd" } });
    expect(single.team).toBe("single@dear");
    expect(best.team).toBe("cascade@cheap+cheaper,dear");
    expect(isMeasured(best.cost.usd) && best.cost.usd.mean).toBeCloseTo(0.052, 12);
  });

  it("asks one agent repeatedly where only its own samples differ", () => {
    const answers = attempts(["a"], 200, 5, (_, __, next) => (next() < 0.7 ? "g" : `w${Math.floor(4 * next())}`));
    const { advice, resampled, team } = plan(calibrationOf(answers), { perTask: calls(5) });
    expect(advice.kind).toBe("repeated");
    expect(team).toBeNull();
    expect(isMeasured(resampled) && resampled.method).toBe("mixture");
    expect(isMeasured(resampled) && resampled.accuracy.mean).toBeGreaterThan(0.85);
  });

  it("knows no hindsight above 100 %: what repeats gain is not added to what was recorded of a task", () => {
    const shares = [0.05, 0.5, 0.95];
    const answers = attempts(["a", "b"], 60, 3, (_, t, next) =>
      next() < shares[t % 3]! ? "g" : `w${Math.floor(9 * next())}`,
    );
    expect(plan(calibrationOf(answers), { perTask: calls(33) }).oracle.accuracy).toBeLessThanOrEqual(1);
  });

  it("says what is not measured: no vote of one agent from one answer per task", () => {
    const { resampled, regime, thresholds } = plan(calibrationOf(independent(3, 60)), { perTask: calls(3) });
    expect(isMeasured(resampled)).toBe(false);
    expect(regime.gamma).toMatchObject({ value: 1, low: 1, high: 1 }); // code counts
    expect(isMeasured(regime.beta)).toBe(false);
    expect(isMeasured(thresholds.firstTeamTokens)).toBe(false);
  });

  it("does not blame the budget where scores between 0 and 1 make no votes", () => {
    const scores = attempts(["a", "b"], 60, 3, () => "g").map(({ answer: _, gold: __, ...attempt }, i) => {
      return { ...attempt, score: (i % 5) / 4 };
    });
    const { resampled } = plan(calibrationOf(scores), { perTask: calls(9) });
    expect(resampled).toMatchObject({ notMeasured: expect.stringContaining("graded right or wrong") });
  });

  it("keeps what the theory says of counted votes: α from b-wise votes, near independence", () => {
    const { regime } = plan(calibrationOf(independent(3, 2000)), { perTask: calls(3) });
    const { rhoEffective, alpha } = regime;
    expect(regime.fanIn).toBe(3);
    if (!isMeasured(rhoEffective) || !isMeasured(alpha)) throw new Error("measured");
    expect(rhoEffective.low).toBeLessThan(0);
    expect(rhoEffective.high).toBeGreaterThan(0);
    expect(alpha.high).toBeGreaterThan(1.45); // κ_3 = 1.5
  });

  it("gives the same plan for the same seed", () => {
    const calibration = calibrationOf(independent(4, 80));
    const options = { perTask: calls(3), seed: 5 };
    expect(JSON.stringify(plan(calibration, options))).toBe(JSON.stringify(plan(calibration, options)));
  });

  it("does not depend on the order of tasks and agents in the files", () => {
    const list = independent(4, 60);
    const numbers = (forecast: Forecast) => [
      forecast.team,
      forecast.accuracy.mean,
      forecast.gain?.mean,
      forecast.cost.calls.mean,
    ];
    const inOrder = (order: readonly Attempt[]) => {
      const made = plan(calibrationOf(order), { perTask: calls(3) });
      return { advice: made.advice.team, candidates: made.candidates.map(numbers), oracle: made.oracle };
    };
    const expected = inOrder(list);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const shuffled = Array.from(permutation(list.length, random(seed)), (i) => list[i]!);
        const got = inOrder(shuffled);
        expect(got.advice).toBe(expected.advice);
        got.candidates.forEach((row, i) => {
          row.forEach((value, j) => {
            const wanted = expected.candidates[i]![j];
            if (typeof value === "number") expect(value).toBeCloseTo(wanted as number, 12);
            else expect(value).toBe(wanted);
          });
        });
      }),
      { numRuns: 4 },
    );
  });

  it("reads its calibration's tasks alone", () => {
    const recordings = recordingsOf(independent(3, 100));
    const half = Uint32Array.from({ length: 50 }, (_, i) => i);
    const other = recordingsOf(
      independent(3, 100).map((attempt) =>
        Number(attempt.taskId.slice(1)) < 50 ? attempt : { ...attempt, answer: "broken", costUsd: 99 },
      ),
    );
    const made = [recordings, other].map((some) =>
      plan(calibrate(some, { tasks: half }), { perTask: { amount: 1, unit: "usd" } }),
    );
    expect(JSON.stringify(made[0]!.candidates)).toBe(JSON.stringify(made[1]!.candidates));
  });

  it("bounds the worst case too", () => {
    const calibration = calibrationOf(independent(4, 100));
    const { candidates } = plan(calibration, { perTask: calls(3), perTaskMax: calls(2) });
    for (const { cost } of candidates) expect(cost.calls.max).toBeLessThanOrEqual(2);
  });

  it("spends dollars as recorded, and compares at equal money", () => {
    const calibration = calibrationOf(independent(3, 150));
    const made = plan(calibration, { perTask: { amount: 0.0035, unit: "usd" } });
    for (const { cost } of made.candidates) {
      if (!isMeasured(cost.usd)) throw new Error("measured");
      expect(cost.usd.mean).toBeLessThanOrEqual(0.0035 + 1e-12);
      expect(cost.usd.max).toBeGreaterThanOrEqual(cost.usd.mean);
    }
    expect(made.oracle.accuracy).toBeGreaterThanOrEqual(made.best.accuracy.mean - 0.05);
  });

  it.each<[string, () => unknown, string]>([
    [
      "budget-too-small",
      () => plan(calibrationOf(independent(3, 30)), { perTask: { amount: 1e-6, unit: "usd" } }),
      "$0.001",
    ],
    [
      "budget-too-small",
      () => plan(calibrationOf(independent(3, 30)), { perTask: calls(3), perTaskMax: calls(0.5) }),
      "1 call",
    ],
    [
      "cost-not-measured",
      () => plan(calibrationOf(independent(3, 30)), { perTask: { amount: 5, unit: "seconds" } }),
      "quorate.config",
    ],
    [
      "cost-not-measured",
      () => plan(calibrationOf(independent(3, 30)), { perTask: calls(3), perTaskMax: { amount: 5, unit: "seconds" } }),
      "quorate.config",
    ],
    ["domain", () => plan(calibrationOf(independent(3, 30)), { perTask: calls(Number.NaN) }), "budget"],
    ["domain", () => plan(calibrationOf(independent(3, 30)), { perTask: calls(3), confidence: 0.3 }), "confidence"],
  ])("refuses with %s and says the way out", (code, of, hint) => {
    try {
      of();
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      expect(error.code).toBe(code);
      expect(error.message).toContain(hint);
    }
  });

  it("compares agents on the tasks that all of them answered, and leaves out one that answered few", () => {
    const list = independent(3, 100).filter(({ agent, taskId }) => agent !== "c" || Number(taskId.slice(1)) < 20);
    const { assumptions, best } = plan(calibrationOf(list), { perTask: calls(3) });
    expect(best.tasks).toBe(100);
    expect(assumptions.find(({ subject }) => subject === "agents left out")?.value).toBe("1");
  });
});

describe("forecast", () => {
  const calibration = calibrationOf(independent(3, 200));
  const of = (text: string) => forecast(parseTeam(text), calibration);

  it("of a named team is the share of right answers that was recorded", () => {
    const { accuracy, method, cost, tasks } = of("vote@a,b,c");
    expect(method).toBe("resampled");
    expect(tasks).toBe(200);
    expect(accuracy.low).toBeLessThan(0.91); // 0.784 + 0.189 · ⅓: independent, wrong answers differ
    expect(accuracy.high).toBeGreaterThan(0.78);
    expect(cost.calls).toEqual({ mean: 3, low: 3, high: 3, max: 3 });
    expect(cost.tokens).toMatchObject({ mean: 450, max: 450 });
    expect(isMeasured(cost.seconds)).toBe(false);
  });

  it("of repeats of one agent is the mixture's, for any size", () => {
    const samples = calibrationOf(attempts(["a"], 100, 4, (_, t, next) => (next() < (t % 2 ? 0.9 : 0.5) ? "g" : "w")));
    const votes = [2, 3, 9, 33].map((size) => forecast(parseTeam(`vote:${size}@a`), samples));
    for (const { method, caveats } of votes) {
      expect(method).toBe("mixture");
      expect(caveats.length).toBeGreaterThan(0);
    }
    expect(votes[3]!.accuracy.mean).toBeGreaterThan(votes[1]!.accuracy.mean);
    expect(votes[3]!.caveats.join(" ")).toContain("4 recorded samples");
    const race = forecast(parseTeam("ahead:2/9@a"), samples);
    expect(race.cost.calls.mean).toBeLessThan(5);
    expect(race.cost.calls.max).toBe(9);
  });

  it.each(["vote.majority:3@a", "vote.unanimous:3@a", "vote:3@a"])(
    "of %s follows its rule, as a replay does",
    (text) => {
      const answers = attempts(["a"], 200, 6, (_, t, next) =>
        next() < (t % 2 ? 0.8 : 0.5) ? "g" : `w${(2 * next()) | 0}`,
      );
      const recorded = recordingsOf(answers);
      const team = parseTeam(text);
      const { mean } = replay(team, recorded.table, { seed: 1 }).accuracy;
      expect(Math.abs(forecast(team, calibrate(recorded)).accuracy.mean - mean)).toBeLessThan(0.015);
    },
  );

  it.each([
    ["unknown-agent", "single@nobody"],
    ["samples-needed", "vote:5@a"],
    ["too-many-repeats", "ahead:2/1003@a"],
    ["readers-not-measured", "star:3/m=64@leaf=a,reader=b"],
    ["readers-not-measured", "chain:3@a"],
    ["organization-not-runnable", "debate:2x2@a"],
  ])("refuses with %s: %s", (code, text) => {
    try {
      of(text);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      expect(error.code).toBe(code);
    }
  });

  it("has an interval that holds the truth of independent agents about nine times in ten", () => {
    const truth = 0.7 ** 3 + 3 * 0.7 ** 2 * 0.3 + (3 * 0.7 * 0.3 ** 2) / 3; // ties of three go to the first, right with ⅓
    let covered = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const { accuracy } = forecast(parseTeam("vote@a,b,c"), calibrationOf(independent(3, 60, 0.7, seed)));
      if (accuracy.low <= truth && truth <= accuracy.high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(48);
  });

  const units: readonly CostUnit[] = ["calls", "tokens", "usd"];
  it("never has a mean outside its interval, nor above the worst case", () => {
    for (const text of ["single@a", "vote@a,b,c", "cascade@a+b,c", "cascade.majority@c+b,a"])
      for (const unit of units) {
        const cost = of(text).cost[unit];
        if (!isMeasured(cost)) throw new Error("measured");
        expect(cost.low).toBeLessThanOrEqual(cost.mean);
        expect(cost.high).toBeGreaterThanOrEqual(cost.mean);
        expect(cost.max).toBeGreaterThanOrEqual(cost.high - 1e-12);
      }
  });
});

describe("scores without answers", () => {
  it("are averaged for single agents, and stand in no team", () => {
    const next = random(1, "scores");
    const list = Array.from({ length: 60 }, (_, t) =>
      ["a", "b", "c"].map((agent): Attempt => ({ taskId: `t${t}`, agent, sample: 0, score: next() })),
    ).flat();
    const found = plan(calibrationOf(list), { perTask: calls(5) });
    expect(found.candidates.map(({ kind }) => kind)).toEqual(["single", "single", "single"]);
    expect(found.advice.kind).toBe("single");
    expect(found.findings.map(({ code }) => code)).toContain("scores-without-answers");
  });
});
