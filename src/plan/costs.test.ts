import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import type { Attempt } from "../records/attempt.ts";
import { Config } from "../records/config.ts";
import { tabulate } from "../records/tabulate.ts";
import { replay } from "../simulate/replay.ts";
import { isMeasured } from "../theory/interval.ts";
import { random } from "../theory/random.ts";
import { normalQuantile } from "../theory/special.ts";
import { slowestOf } from "./costs.ts";
import { energyFigures, energyOf } from "./energy.ts";
import { forecast } from "./forecast.ts";
import { plan } from "./plan.ts";
import type { CostForecast, Forecast } from "./plan-types.ts";

const tasks = 60;
const samples = 5;

/** Three agents of 1,000 tokens in and about 100 out; one in ten answers cannot be parsed, one in twenty is cut off. */
function recordings(agents: Record<string, unknown> = {}, more: Partial<Attempt> = {}) {
  const next = random(1, "costs");
  const attempts = Array.from({ length: tasks }, (_, t) => {
    const hard = next();
    return ["a", "b", "c"].flatMap((agent) =>
      Array.from({ length: samples }, (_, sample): Attempt => {
        const [luck, lost] = [next(), next()];
        const status = lost < 0.1 ? "unparsed" : lost < 0.15 ? "truncated" : "ok";
        return {
          ...{ taskId: `t${t}`, agent, sample, gold: "1", status },
          answer: status === "ok" ? (luck < 0.9 - 0.6 * hard ? "1" : String(2 + Math.floor(3 * next()))) : null,
          ...{ tokensIn: 1000, tokensOut: 50 + Math.round(100 * next()), seconds: 1 + next() },
          ...more,
        };
      }),
    );
  }).flat();
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const read = { name: "costs", attempts, lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
  return tabulate(read, Config.parse({ agents }));
}

describe("slowestOf", () => {
  it("expects of nine calls made together what nine would take, from three recorded ones", () => {
    const next = random(2, "seconds");
    const count = 400;
    const logs = Array.from({ length: count }, () => Array.from({ length: 9 }, () => 0.5 * normalQuantile(next())));
    const attempts = logs.flatMap((task, t) =>
      task.slice(0, 3).map((log, sample): Attempt => {
        const seconds = (1 + t / count) * Math.exp(log);
        return { taskId: `t${t}`, agent: "a", sample, answer: "1", gold: "1", seconds };
      }),
    );
    const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
    const read = {
      name: "times",
      attempts,
      lines: attempts.length,
      badLines: [],
      sorts,
      disagreements: [],
      sources: [],
    };
    const { table } = tabulate(read, Config.parse({}));
    const slowest = (calls: number) => {
      const each = slowestOf(table.columns[0]!, calls, Uint32Array.from(table.tasks.keys()));
      return each.reduce((sum, value) => sum + value, 0) / count;
    };
    const recorded = (calls: number) =>
      logs.reduce((sum, task, t) => sum + (1 + t / count) * Math.exp(Math.max(...task.slice(0, calls))), 0) / count;
    expect(slowest(3)).toBeCloseTo(recorded(3), 9);
    expect(slowest(4)).toBeGreaterThan(slowest(3));
    expect(slowest(9) / recorded(9)).toBeCloseTo(1, 1);
  });
});

const prices = { inputPerMillion: 10, outputPerMillion: 100 };
const cached = { prices: { ...prices, cachedInputPerMillion: 1 } };
const known = (cost: Forecast["cost"][keyof Forecast["cost"]]): CostForecast => {
  if (!isMeasured<CostForecast>(cost)) throw new Error(cost.notMeasured);
  return cost;
};
const forecastOf = (text: string, agents: Record<string, unknown> = {}) =>
  forecast(parseTeam(text), calibrate(recordings(agents)));

describe("costs of a forecast", () => {
  it.each(["single@a", "vote:3@a", "ahead:2/5@a", "vote@a,b,c", "vote@a:2,b", "cascade@a+b,c"])(
    "of %s tell tokens in and out apart, as a replay does",
    (text) => {
      const { cost } = forecastOf(text);
      const found = replay(parseTeam(text), recordings().table, { seed: 1 }).cost;
      expect(known(cost.tokensIn).mean + known(cost.tokensOut).mean).toBeCloseTo(known(cost.tokens).mean, 6);
      expect(known(cost.tokensIn).mean / (1000 * cost.calls.mean)).toBeCloseTo(1, 3);
      for (const unit of ["tokens", "tokensIn", "tokensOut", "seconds"] as const)
        expect(known(cost[unit]).mean / found[unit]!, unit).toBeCloseTo(1, 1);
    },
  );

  it("know prompts where nobody recorded answers' lengths", () => {
    const { table, ...rest } = recordings();
    const columns = table.columns.map((column) => ({ ...column, tokensOut: column.tokensOut.map(() => Number.NaN) }));
    const { cost } = forecast(parseTeam("vote:3@a"), calibrate({ ...rest, table: { ...table, columns } }));
    expect(known(cost.tokensIn).mean).toBeCloseTo(3000, 9);
    for (const unit of ["tokens", "tokensOut", "wattHours"] as const) expect(isMeasured(cost[unit])).toBe(false);
  });

  it("widen where a few tasks cost most of it, more above than below", () => {
    const { table, ...rest } = recordings();
    const [a] = table.columns;
    const tokensOut = a!.tokensOut.map((_, at) => (at < samples ? 20_000 : 100));
    const long = { ...table, columns: [{ ...a!, tokensOut }] };
    const { mean, low, high } = known(
      forecast(parseTeam("single@a"), calibrate({ ...rest, table: long })).cost.tokensOut,
    );
    expect(mean).toBeCloseTo((20_000 + 59 * 100) / 60, 6);
    expect(high - mean).toBeGreaterThan(2 * (mean - low));
    expect(high).toBeLessThanOrEqual(20_000);
  });
});

describe("a race on tasks of which the hard ones are dearer", () => {
  const levels = 3000;
  /** Of 100 tasks with two samples, or of all levels of hardness: what they cost, and who is right. */
  function world(tasks: number, samples: number, seed: number, hardOf: (task: number, luck: number) => number) {
    const next = random(seed, "dearer");
    const attempts = Array.from({ length: tasks }, (_, t) => {
      const hard = hardOf(t, next());
      return Array.from({ length: samples }, (_, sample): Attempt => {
        const answer = next() < 1 / (1 + Math.exp(6 * hard - 4.5)) ? "1" : String(2 + Math.floor(4 * next()));
        const spent = Math.exp(2 * hard + 0.3 * normalQuantile(next()));
        return { taskId: `t${t}`, agent: "a", sample, gold: "1", answer, costUsd: spent, seconds: spent };
      });
    }).flat();
    const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
    const read = { name: "w", attempts, lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
    return tabulate(read, Config.parse({}));
  }

  it("costs calls times price and what both have in common, however little two samples tell of a task", () => {
    const race = parseTeam("ahead:2/5@a");
    const found = replay(race, world(levels, 5, 1, (task) => (task + 0.5) / levels).table, { seed: 1 }).cost;
    const [usd, seconds, held] = [[] as number[], [] as number[], [] as boolean[]];
    for (let seed = 0; seed < 40; seed++) {
      const { cost } = forecast(
        race,
        calibrate(
          world(100, 2, seed, (_, luck) => luck),
          { pairs: false },
        ),
      );
      const told = known(cost.usd);
      usd.push(told.mean / found.usd!);
      seconds.push(known(cost.seconds).mean / found.seconds!);
      held.push(told.low <= found.usd! && found.usd! <= told.high);
    }
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean(usd) - 1)).toBeLessThan(0.04); // the product alone is 0.07 too low
    expect(Math.abs(mean(seconds) - 1)).toBeLessThan(0.04);
    expect(held.filter(Boolean).length / held.length).toBeGreaterThanOrEqual(0.8);
  });
});

describe("cached prompts", () => {
  const [input, saved] = [1000 * 1e-5, 1000 * 0.9e-5];

  it("are in all calls of one agent but the first at least, in none at most; as expected in those made later", () => {
    const plain = known(forecastOf("vote:3@a", { a: { prices } }).cost.usd);
    const together = known(forecastOf("vote:3@a", { a: cached }).cost.usd);
    expect(together.mean).toBeCloseTo(plain.mean, 12);
    expect(together.high).toBeCloseTo(plain.high, 12);
    expect(together.low).toBeCloseTo(plain.low - 2 * saved, 3);
    expect(together.low).toBeLessThan(plain.low - 1.9 * saved);
    const { usd, calls } = forecastOf("ahead:2/5@a", { a: cached }).cost;
    const without = known(forecastOf("ahead:2/5@a", { a: { prices } }).cost.usd);
    expect(known(usd).mean).toBeCloseTo(without.mean - (calls.mean - 2) * saved, 4);
    expect(known(usd).high).toBeCloseTo(without.high, 9);
  });

  it("change nothing for agents that are asked once, and a replay assumes the same", () => {
    expect(forecastOf("vote@a,b,c", { a: cached, b: cached, c: cached }).cost.usd).toEqual(
      forecastOf("vote@a,b,c", { a: { prices }, b: { prices }, c: { prices } }).cost.usd,
    );
    const race = parseTeam("ahead:2/5@a");
    const found = replay(race, recordings({ a: cached }).table, { seed: 1 }).cost;
    const plain = replay(race, recordings({ a: { prices } }).table, { seed: 1 }).cost;
    expect(found.usd).toBeCloseTo(plain.usd! - (found.calls - 2) * saved, 9); // the first two are asked together
  });

  it("are paid as recorded where the attempts tell them, and in dollars that were billed they are already", () => {
    const cell = (more: Partial<Attempt>) => recordings({ a: cached }, more).table.columns[0]!;
    const half = cell({ tokensInCached: 500, tokensOut: 0 });
    expect(half.usd[0]).toBeCloseTo(input - saved / 2, 12);
    expect(half.usdCached![0]).toBeCloseTo(input - saved, 12);
    const billed = cell({ costUsd: 0.02 });
    expect([billed.usd[0], billed.usdCached![0]]).toEqual([0.02, 0.02]);
  });

  it("are told as a saving where their price is not stated", () => {
    const { caveats } = forecastOf("vote:5@a", { a: { prices } });
    expect(caveats.join(" ")).toMatch(
      /No prompt is taken for cached: cached ones would save at most 4\d\.\d % of the dollars/,
    );
    expect(forecastOf("vote:5@a", { a: cached }).caveats.join(" ")).not.toContain("cached");
  });
});

describe("energy", () => {
  it("is tokens times the lowest and the highest published figure, the mean in their geometric middle", () => {
    const { cost } = forecastOf("vote:3@a");
    const { input, output } = energyOf({});
    const [tokensIn, tokensOut] = [known(cost.tokensIn), known(cost.tokensOut)];
    const ends = (["low", "high"] as const).map(
      (end) => (tokensIn.mean * input[end] + tokensOut.mean * output[end]) / 1000,
    );
    const { mean, low, high } = known(cost.wattHours);
    expect(mean).toBeCloseTo(Math.sqrt(ends[0]! * ends[1]!), 9);
    expect(low).toBeLessThan(ends[0]!);
    expect(high).toBeGreaterThan(ends[1]!);
  });

  it("is narrowed by a size, and replaced by what was metered", () => {
    const team = "vote@a,b,c";
    const any = known(forecastOf(team).cost.wattHours);
    const small = { energy: { size: "small" } };
    const narrowed = known(forecastOf(team, { a: small, b: small, c: small }).cost.wattHours);
    expect(narrowed.high / narrowed.low).toBeLessThan(any.high / any.low);
    const metered = { energy: { inputWattHoursPerThousand: 0.1, outputWattHoursPerThousand: 1 } };
    const { cost } = forecastOf(team, { a: metered, b: metered, c: metered });
    const expected = 0.1 * 3 + known(cost.tokensOut).mean / 1000;
    expect(known(cost.wattHours).mean).toBeCloseTo(expected, 9);
    expect(known(cost.wattHours).high / known(cost.wattHours).low).toBeLessThan(1.2);
  });

  it("is an assumption of every plan, with where its figures come from", () => {
    const { assumptions } = plan(calibrate(recordings()), { perTask: { amount: 3, unit: "calls" } });
    expect(assumptions.find(({ subject }) => subject === "energy")).toMatchObject({
      status: "assumed",
      value: expect.stringContaining("Wh per 1,000 tokens in"),
    });
    for (const { low, high, source } of energyFigures) {
      expect(low).toBeGreaterThan(0);
      expect(high).toBeGreaterThanOrEqual(low);
      expect(source).toMatch(/20\d\d|arXiv/);
    }
  });
});

describe("silence", () => {
  it("is counted apart: unparsed and cut-off calls, and tasks on which a team ends without an answer", () => {
    const { table } = recordings();
    const share = (word: string) =>
      table.columns.reduce((sum, { status }) => sum + status.filter((one) => one === word).length, 0) /
      (tasks * samples * 3);
    const { unparsed, truncated, unanswered } = forecastOf("vote@a,b,c").silence;
    expect(isMeasured(unparsed) && unparsed.value).toBeCloseTo(share("unparsed"), 12);
    expect(isMeasured(truncated) && truncated.value).toBeCloseTo(share("truncated"), 12);
    const found = replay(parseTeam("vote@a,b,c"), table, { seed: 1 }).unanswered;
    expect(found).toBeGreaterThan(0);
    expect(isMeasured(unanswered) && unanswered.value).toBeCloseTo(found, 12);
  });

  it.each(["single@a", "vote:2@a", "vote:5@a", "ahead:2/5@a", "vote.majority:3@a"])(
    "of %s is forecast as it is replayed",
    (text) => {
      const { unanswered } = forecastOf(text).silence;
      expect(isMeasured(unanswered) && unanswered.value).toBeCloseTo(
        replay(parseTeam(text), recordings().table, { seed: 1 }).unanswered,
        10,
      );
    },
  );

  it("of more answers than were recorded is at most that of the recorded ones", () => {
    const [five, nine] = ["vote:5@a", "vote:9@a"].map((text) => forecastOf(text).silence.unanswered);
    if (!isMeasured(five!) || !isMeasured(nine!)) throw new Error("both are known");
    expect(nine.low).toBe(0);
    expect(nine.high).toBeLessThanOrEqual(five.high + 1e-12);
    expect(nine.value).toBeLessThanOrEqual(nine.high);
  });

  it("is not measured where only right or wrong is recorded, and of readers", () => {
    const { silence } = forecast(
      parseTeam("single@a"),
      calibrate(recordings({}, { answer: undefined, gold: undefined, status: undefined, correct: 1 } as never)),
    );
    for (const one of Object.values(silence)) expect(one).toHaveProperty("probe");
  });
});
