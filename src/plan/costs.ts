// What a team costs per task: calls, tokens, money, time; expected with its interval over tasks, and at worst.

import type { AgentCalibration } from "../calibrate/calibration.ts";
import { skewedMeanInterval } from "../calibrate/estimators/skewed-mean.ts";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Stage } from "../organizations/organization.ts";
import { formOf, type Team } from "../organizations/team.ts";
import { list } from "../organizations/words.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";
import type { Outcomes } from "../simulate/outcomes.ts";
import { isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { normalExpectation } from "../theory/quadrature.ts";
import { normalCdf, studentTQuantile } from "../theory/special.ts";
import { meanOfKnown, pick } from "./choose.ts";
import { energyOf } from "./energy.ts";
import type { CostForecast, Costs, CostUnit } from "./plan-types.ts";
import type { VoteForecast } from "./vote-forecast.ts";
import { whenRead } from "./when-read.ts";

/**
 * What of a team's work is priced. Dollars as expected: the prompt of a call is cached where a price of cached tokens is
 * stated and an earlier call of its agent to the task has ended. At least: cached in all calls but the first of each agent,
 * those made together included; at most: in none.
 */
export type Expense = CostUnit | "tokensIn" | "tokensOut" | "usdLeast" | "usdMost" | "wattHoursLeast" | "wattHoursMost";

/** What one recorded call cost. */
export type CallUnit = Exclude<Expense, "usdLeast" | "usdMost"> | "usdCached";

const unitWords: Readonly<Record<CostUnit | "tokensIn" | "tokensOut", string>> = {
  calls: "calls",
  tokens: "tokens",
  tokensIn: "prompt tokens",
  tokensOut: "answer tokens",
  usd: "dollars",
  seconds: "seconds",
};

const configEntries: Readonly<Record<CostUnit | "tokensIn" | "tokensOut", readonly string[]>> = {
  calls: [],
  tokens: ["promptTokens", "answerTokens"],
  tokensIn: ["promptTokens"],
  tokensOut: ["answerTokens"],
  usd: ["prices (inputPerMillion, outputPerMillion)", "promptTokens", "answerTokens"],
  seconds: ["seconds"],
};

/** The budget is in a unit in which no agent's cost was recorded or assumed. */
export class CostNotMeasured extends KnownError {
  readonly code = "cost-not-measured";
  constructor(unit: CostUnit, agents: readonly string[]) {
    const entry = `agents: { "${agents[0] ?? "name"}": { ${list(configEntries[unit])} } }`;
    super(
      `The budget is in ${unitWords[unit]}, and no cost in ${unitWords[unit]} is recorded for ${agents.length === 1 ? `"${agents[0]}"` : `any of ${agents.length} agents`}.`,
      `Record it with the attempts, add ${entry} to quorate.config, or state the budget in calls.`,
    );
  }
}

/** Expected cost of one call, with its interval over tasks. */
export function agentPrice({ cost }: AgentCalibration, unit: CostUnit): Measured {
  return unit === "calls" ? { value: 1, low: 1, high: 1, confidence: 1 } : cost[unit];
}

/** Costs per task of one team, NaN where not recorded. */
export interface TaskCosts {
  (unit: Expense): Float64Array;
  /** True where a price of cached prompts is stated: else dollars are the same at least and at most. */
  readonly cached: boolean;
  /** Variance of the mean beyond what the scatter over tasks explains, as a share of the mean's square. @default 0 */
  readonly unexplained?: number;
}

/** Costs of calls, or of tasks. */
type CallCosts = Pick<Column, "tokensIn" | "tokensOut" | "usd" | "usdCached" | "seconds" | "energy">;

/** Cost of call `at` of this column, by the unit. */
function callCostOf(column: CallCosts, unit: CallUnit): (at: number) => number {
  const { tokensIn, tokensOut, usd, usdCached = usd, seconds } = column;
  switch (unit) {
    case "calls":
      return () => 1;
    case "tokens":
      return (at) => tokensIn[at]! + tokensOut[at]!;
    case "wattHoursLeast":
    case "wattHoursMost": {
      const { input, output } = energyOf(column);
      const end = unit === "wattHoursLeast" ? "low" : "high";
      return (at) => (tokensIn[at]! * input[end] + tokensOut[at]! * output[end]) / 1000;
    }
    default: {
      const amounts = { tokensIn, tokensOut, usd, usdCached, seconds }[unit];
      return (at) => amounts[at]!;
    }
  }
}

/** Mean cost of the recorded calls to each of these tasks. */
export function meanCallCosts(column: Column, unit: CallUnit, tasks: Uint32Array): Float64Array {
  return pick(callMeans(column, unit), tasks);
}

/** Mean cost of the recorded calls to every task; NaN where there are none, or it is not recorded of one. */
function callMeans(column: Column, unit: CallUnit): Float64Array {
  return remembered(column, unit, () => meanOverCalls(column, callCostOf(column, unit)));
}

/** Share of the recorded calls to every task whose answer could not be parsed, or was cut off. */
export function silentShares(column: Column, word: "unparsed" | "truncated"): Float64Array {
  const { status, value } = column;
  const isUnparsed = (at: number) => status[at] === "unparsed" || (status[at] === "ok" && value[at] === -1);
  const isTruncated = (at: number) => status[at] === "truncated";
  const is = word === "unparsed" ? isUnparsed : isTruncated;
  return remembered(column, word, () => meanOverCalls(column, (at) => (is(at) ? 1 : 0)));
}

const means = new WeakMap<Column, Map<string, Float64Array>>();

/** Worked out once per column: a plan asks for the same means for hundreds of teams. */
function remembered(column: Column, of: string, make: () => Float64Array): Float64Array {
  const known = means.get(column) ?? new Map<string, Float64Array>();
  means.set(column, known);
  const found = known.get(of) ?? make();
  known.set(of, found);
  return found;
}

function meanOverCalls({ start }: Column, of: (at: number) => number): Float64Array {
  const perTask = new Float64Array(start.length - 1);
  for (let task = 0; task < perTask.length; task++) {
    const [from, to] = [start[task]!, start[task + 1]!];
    let sum = 0;
    for (let at = from; at < to; at++) sum += of(at);
    perTask[task] = to > from ? sum / (to - from) : Number.NaN;
  }
  return perTask;
}

/** Largest recorded cost of one call to these tasks, nothing of it cached; NaN where none is recorded. */
export function largestCallCost(column: Column, unit: Expense, tasks: ArrayLike<number>): number {
  const of = callCostOf(column, unit === "usdLeast" || unit === "usdMost" ? "usd" : unit);
  let largest = Number.NaN;
  for (let i = 0; i < tasks.length; i++)
    for (let at = column.start[tasks[i]!]!; at < column.start[tasks[i]! + 1]!; at++) {
      const value = of(at);
      if (!(value <= largest) && !Number.isNaN(value)) largest = value;
    }
  return largest;
}

/** Expected costs of a team that was replayed, on these tasks. */
export function replayedCosts(outcomes: Outcomes, table: AnswerTable, tasks: Uint32Array): TaskCosts {
  const asked = outcomes.asked!.map((one) => ({ ...one, column: findColumn(table, one.name)! }));
  const perTask = (cost: (one: (typeof asked)[number]) => (task: number) => number) => {
    const sums = new Float64Array(tasks.length);
    for (const one of asked) {
      const of = cost(one);
      for (let t = 0; t < tasks.length; t++) {
        const calls = one.calls[tasks[t]!]!;
        if (calls !== 0) sums[t]! += of(tasks[t]!); // who is not asked need not be recorded
      }
    }
    for (let t = 0; t < tasks.length; t++) if (Number.isNaN(outcomes.calls[tasks[t]!]!)) sums[t] = Number.NaN;
    return sums;
  };
  const whole = (unit: CallUnit) =>
    perTask(({ column, calls }) => {
      const costs = callMeans(column, unit);
      return (task) => calls[task]! * costs[task]!;
    });
  const costs = (unit: Expense) => {
    switch (unit) {
      case "usdMost":
        return whole("usd");
      case "usdLeast":
        return perTask(({ column, calls, once }) => {
          const [first, repeated] = [callMeans(column, "usd"), callMeans(column, "usdCached")];
          return (task) => once[task]! * first[task]! + (calls[task]! - once[task]!) * repeated[task]!;
        });
      case "wattHoursLeast":
      case "wattHoursMost":
        if (asked.some(({ column }) => column.energy)) return whole(unit);
        return Float64Array.from(tasks, callCostOf(outcomes, unit)); // all at the same rates
      default:
        return pick(outcomes[unit], tasks);
    }
  };
  return Object.assign(costs, { cached: asked.some(({ column }) => column.usdCached !== undefined) });
}

/**
 * Expected costs of asking one agent repeatedly. What a task costs is calls times the cost of a call, and where hard tasks are
 * both dearer and asked more often its expectation is more than the product of both: by the slope of costs along p times
 * Cov(calls, p), both given what was recorded on the task.
 *
 * @param atOnce  how many calls are made together at first; the others wait for some of them. ∞: all together
 */
export function repeatedCosts(
  column: Column,
  { taskCalls: calls, varyingCalls }: Pick<VoteForecast, "taskCalls" | "varyingCalls">,
  atOnce: number,
  tasks: Uint32Array,
): TaskCosts {
  /** At this mean cost of a call, `slope` higher on tasks where p is higher by one than what was recorded tells. */
  const ofAll = (cost: Float64Array, slope: number) =>
    cost.map((one, t) => {
      const product = calls[t]! * one;
      if (!varyingCalls) return product;
      return Math.max(Math.min(atOnce, calls[t]!) * one, product + slope * varyingCalls.withAccuracy[t]!);
    });
  const slopeOf = (unit: CallUnit) =>
    varyingCalls ? costSlope(column, callCostOf(column, unit), tasks, varyingCalls.accuracyVariance) : 0;
  const times = (unit: CallUnit) => ofAll(meanCallCosts(column, unit, tasks), slopeOf(unit));
  const cachedAfter = (first: number) => {
    const [usd, cached] = (["usd", "usdCached"] as const).map((unit) => meanCallCosts(column, unit, tasks));
    return times("usdCached").map((all, t) => all + Math.min(first, calls[t]!) * (usd![t]! - cached![t]!));
  };
  const costs = (unit: Expense) => {
    switch (unit) {
      case "seconds":
        return atOnce === Number.POSITIVE_INFINITY
          ? slowestOf(column, Math.round(calls[0] ?? 0), tasks)
          : secondsInRounds();
      case "usd":
        return cachedAfter(atOnce);
      case "usdLeast":
        return cachedAfter(1);
      case "usdMost":
        return times("usd");
      default:
        return times(unit);
    }
  };
  return Object.assign(costs, { cached: column.usdCached !== undefined, unexplained: varyingCalls?.unexplained ?? 0 });

  /** After the first round each asks for what is missing to the lead: from one call to `atOnce`, half of that range on average. */
  function secondsInRounds(): Float64Array {
    const [one, all] = [slowestOf(column, 1, tasks), slowestOf(column, atOnce, tasks)];
    const round = one.map((fastest, t) => (fastest + all[t]!) / 2);
    const longer = meanOfKnown(round) / meanOfKnown(one);
    const made = ofAll(round, longer * slopeOf("seconds"));
    return all.map((first, t) => first + Math.max(0, made[t]! - atOnce * round[t]!) / ((1 + atOnce) / 2));
  }
}

/**
 * By how much a call costs more on a task where p, the chance that a sample is right, is higher by one, given the mean cost of
 * its recorded calls and the share of them that were right: β − δ. β = Cov(p, cost)/Var p over tasks, the covariance from
 * different samples of a task, whose own luck is then in it on one side only. δ is what a right sample costs more than a wrong one
 * of the same task: of tasks alike in what was recorded, those of higher p have had bad luck, and it was paid for.
 *
 * @param variance  of p over tasks
 */
function costSlope(column: Column, of: (at: number) => number, tasks: Uint32Array, variance: number): number {
  const repeated = Array.from(tasks, (task) => {
    const [from, to] = [column.start[task]!, column.start[task + 1]!];
    return Array.from({ length: to - from }, (_, i) => ({ right: column.grade[from + i]!, cost: of(from + i) })).filter(
      ({ right, cost }) => !Number.isNaN(right) && !Number.isNaN(cost),
    );
  }).filter(({ length }) => length > 1);
  if (repeated.length < 2 || !(variance > 0)) return 0;
  const meansOver = (of: "right" | "cost") =>
    repeated.map((some) => some.reduce((sum, one) => sum + one[of], 0) / some.length);
  const [right, cost] = [meansOver("right"), meansOver("cost")];
  const center = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0) / of.length;
  const [rightCenter, costCenter] = [center(right), center(cost)];
  let [between, within, squares] = [0, 0, 0];
  repeated.forEach((some, t) => {
    let together = 0; // Σ (right − its mean)(cost − its mean) of one task
    for (const one of some) {
      together += (one.right - right[t]!) * (one.cost - cost[t]!);
      squares += (one.right - right[t]!) ** 2;
    }
    within += together;
    // of means, less what their own samples have in common
    between += (right[t]! - rightCenter) * (cost[t]! - costCenter) - together / (some.length * (some.length - 1));
  });
  return between / (repeated.length - 1) / variance - (squares > 0 ? within / squares : 0);
}

/**
 * Expected time of the slowest of `calls` calls made together: of the recorded ones without replacement. Where more are made
 * than were recorded, as of {@link furtherSeconds}.
 */
export function slowestOf(column: Column, calls: number, tasks: Uint32Array): Float64Array {
  const seconds = sortedSeconds(column);
  const further = furtherSeconds(column);
  const lift = largestLogNormal(further.scatter);
  return Float64Array.from(tasks, (task) => {
    const [from, to] = [column.start[task]!, column.start[task + 1]!];
    const count = to - from;
    if (count === 0) return Number.NaN;
    if (calls > count) return further.median(task) * lift(calls);
    let [expected, below, chosen] = [0, 0, 1]; // chosen: P(all calls are among the i fastest)
    for (let i = 1; i <= count; i++) {
      chosen = 1;
      for (let call = 0; call < calls; call++) chosen *= Math.max(0, i - call) / (count - call);
      expected += seconds[from + i - 1]! * (chosen - below);
      below = chosen;
    }
    return expected;
  });
}

/**
 * Times of calls beyond those that were recorded: log-normal with this deviation of their logarithms, which is that within tasks
 * of all recorded ones, and on each task with the median of which the slowest recorded one is the expected slowest of as many.
 */
export function furtherSeconds(column: Column): { readonly scatter: number; median(task: number): number } {
  const scatter = scatterOfSeconds(column);
  const lift = largestLogNormal(scatter);
  const seconds = sortedSeconds(column);
  return {
    scatter,
    median(task) {
      const [from, to] = [column.start[task]!, column.start[task + 1]!];
      return to > from ? seconds[to - 1]! / lift(to - from) : Number.NaN;
    },
  };
}

/** E max of n values exp(σ Z), Z normal: ∫ n φ(z) Φ(z)^(n−1) e^(σz) dz. */
function largestLogNormal(scatter: number): (n: number) => number {
  const known = new Map<number, number>();
  return (n) => {
    const found = known.get(n) ?? normalExpectation((z) => n * normalCdf(z) ** (n - 1) * Math.exp(scatter * z));
    known.set(n, found);
    return found;
  };
}

/** Standard deviation of the logarithms of seconds within tasks, over all tasks; 0 where no task was asked twice. */
function scatterOfSeconds({ start, seconds }: Column): number {
  let [squares, degrees] = [0, 0];
  for (let task = 0; task + 1 < start.length; task++) {
    const logs = seconds
      .subarray(start[task], start[task + 1])
      .filter((value) => value > 0)
      .map(Math.log);
    if (logs.length < 2) continue;
    const { scatter } = momentsOf(logs);
    squares += scatter * (logs.length - 1);
    degrees += logs.length - 1;
  }
  return degrees > 0 ? Math.sqrt(squares / degrees) : 0;
}

const sorted = new WeakMap<Column, Float64Array>();

/** The column's seconds, fastest first within each task. */
function sortedSeconds(column: Column): Float64Array {
  const known = sorted.get(column) ?? column.seconds.slice();
  if (!sorted.has(column))
    for (let task = 0; task + 1 < column.start.length; task++)
      known.subarray(column.start[task]!, column.start[task + 1]!).sort();
  sorted.set(column, known);
  return known;
}

/** All steps at the largest recorded cost: what one task can cost at most. */
export function worstCase(
  team: Team,
  stages: readonly Stage[] | undefined,
  unit: Expense,
  largest: (name: string) => number,
): number {
  const steps = formOf(team).bound(team).steps;
  if (unit === "calls") return steps;
  const parts = stages ?? [{ members: membersOf(team.cast).map((member) => ({ ...member, samples: steps })) }];
  return parts.reduce((total, { members }) => {
    const costs = members.map((member) => ({ cost: largest(memberName(member)), samples: member.samples }));
    // calls of a stage are made together, those of an organization without stages one after the other
    const stage =
      unit === "seconds" && stages
        ? Math.max(...costs.map(({ cost }) => cost))
        : costs.reduce((sum, { cost, samples }) => sum + cost * samples, 0);
    return total + stage;
  }, 0);
}

/** Mean over tasks, with {@link callInterval} or {@link costInterval}, widened by what is unexplained. Tasks without a record are left out, if few. */
function costForecast(
  perTask: Float64Array,
  max: number,
  unit: CostUnit | "tokensIn" | "tokensOut",
  confidence: number,
  unexplained = 0,
): CostForecast | NotMeasured {
  const known = perTask.some(Number.isNaN) ? perTask.filter((value) => !Number.isNaN(value)) : perTask;
  if (known.length < 2 || known.length < 0.8 * perTask.length) return notRecorded(unit, known.length);
  if (Number.isNaN(max)) return notRecorded(unit, 0); // of no task that reaches some member: the rest would mislead
  const { low, high, mean } = unit === "calls" ? callInterval(known, confidence) : costInterval(known, confidence);
  const half = student(known, confidence) * mean * Math.sqrt(unexplained);
  const most = Math.max(mean, max);
  return {
    mean,
    low: Math.max(0, mean - Math.hypot(mean - low, half)),
    high: Math.min(mean + Math.hypot(high - mean, half), most),
    max: most,
  };
}

/** Mean of calls over tasks ± t√(sd²/k + 0.25/k²), where they vary at all. */
function callInterval(perTask: Float64Array, confidence: number) {
  const { mean, scatter } = momentsOf(perTask);
  const unseen = scatter > 0 ? 0.25 / perTask.length ** 2 : 0;
  const half = student(perTask, confidence) * Math.sqrt(scatter / perTask.length + unseen);
  return { mean, low: mean - half, high: mean + half };
}

/**
 * Mean over tasks of what a few long tasks may dominate: the wider of two intervals on each side, one that allows for
 * skewness ({@link skewedMeanInterval}) and Cox's for the mean of a log-normal, as a factor of the sample's mean,
 *
 *   exp ± t √(s²/k + s⁴/(2(k − 1))),   s² the variance of the logarithms, where all are positive.
 *
 * From 30 tasks Student's own interval holds too little, and is mostly missed above.
 *
 * @see X.-H. Zhou and S. Gao, Statistics in Medicine 16 (1997) 783; bench/foresight/costs.ts measures the coverage
 */
function costInterval(perTask: Float64Array, confidence: number) {
  const { mean } = momentsOf(perTask);
  const { low, high } = skewedMeanInterval(perTask, confidence);
  if (!perTask.every((value) => value > 0)) return { mean, low: Math.min(mean, low), high: Math.max(mean, high) };
  const { scatter: spread } = momentsOf(perTask.map((value) => Math.log(value / mean)));
  const error = Math.sqrt(spread / perTask.length + spread ** 2 / (2 * (perTask.length - 1)));
  const factor = Math.exp(student(perTask, confidence) * error);
  return { mean, low: Math.min(low, mean / factor), high: Math.max(high, mean * factor) };
}

const student = ({ length }: Float64Array, confidence: number) => studentTQuantile((1 + confidence) / 2, length - 1);

function momentsOf(values: Float64Array): { readonly mean: number; readonly scatter: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, scatter: Math.max(0, (squares - values.length * mean * mean) / (values.length - 1)) };
}

function notRecorded(unit: CostUnit | "tokensIn" | "tokensOut", tasks: number): NotMeasured {
  return {
    notMeasured:
      tasks === 0 ? noneRecorded([unit]).notMeasured : `${unitWords[unit]} are recorded on ${tasks} tasks only`,
    probe: noneRecorded([unit]).probe,
  };
}

/** What is said of costs of which nothing is recorded of some member: one reason and one remedy for all of them. */
export function noneRecorded(units: readonly (CostUnit | "tokensIn" | "tokensOut")[]): NotMeasured {
  const words = units.map((unit) => unitWords[unit]);
  const entries = [...new Set(units.flatMap((unit) => configEntries[unit]))];
  return {
    notMeasured: `no ${list(words, "or")} of some member are recorded`,
    probe: `record ${list(words)} with the attempts, or give ${list(entries)} in quorate.config`,
  };
}

/** Both ends are forecasts of one cost: from the lower end of the one to the upper end of the other. */
function between(
  least: CostForecast | NotMeasured,
  most: CostForecast | NotMeasured,
  mean: (least: number, most: number) => number,
): CostForecast | NotMeasured {
  if (!isMeasured(least)) return least;
  if (!isMeasured(most)) return most;
  return { mean: mean(least.mean, most.mean), low: least.low, high: most.high, max: most.max };
}

/** All costs of a team, each worked out when it is first read. */
export function allCosts(perTask: TaskCosts, max: (unit: Expense) => number, confidence: number): Costs {
  const of = (unit: CostUnit | "tokensIn" | "tokensOut", expense: Expense = unit) =>
    costForecast(perTask(expense), max(expense), unit, confidence, perTask.unexplained);
  const costs: Costs = whenRead<Costs>({
    calls() {
      const calls = of("calls");
      if ("notMeasured" in calls) throw new Error("calls are known for every team");
      return calls;
    },
    tokens: () => of("tokens"),
    tokensIn: () => of("tokensIn"),
    tokensOut: () => of("tokensOut"),
    usd() {
      const usd = of("usd");
      return isMeasured(usd) && perTask.cached
        ? between(of("usd", "usdLeast"), of("usd", "usdMost"), () => usd.mean)
        : usd;
    },
    seconds: () => of("seconds"),
    wattHours: () =>
      isMeasured(costs.tokens)
        ? between(of("tokens", "wattHoursLeast"), of("tokens", "wattHoursMost"), (a, b) => Math.sqrt(a * b))
        : costs.tokens,
  });
  return costs;
}
