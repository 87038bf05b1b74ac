// Numeric answers against a numeric truth: bias, risk, what repeating cannot average away, growth with compute, channel noise.

import { readNumber } from "../records/answer.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";
import type { Assumption, Recordings, Relay } from "../records/recordings.ts";
import { truthFor } from "../records/truth.ts";
import { type Interval, isMeasured, type Measured, type NotMeasured } from "../theory/interval.ts";
import { optimalErrorWeights } from "../theory/squared-error.ts";
import type {
  AgentEstimates,
  Calibration,
  ChannelNoise,
  EstimateCalibration,
  EstimatePair,
  RiskCurve,
} from "./calibration.ts";
import { type CalibratedChannel, pricesOf } from "./channel.ts";
import { mostCommon } from "./estimators/counts.ts";
import { clampInterval, clampShare, mapInterval } from "./estimators/estimate.ts";
import { jackknifeInterval, taskRows } from "./estimators/resample.ts";
import { skewedMeanInterval } from "./estimators/skewed-mean.ts";
import { taskMeanInterval, taskShareInterval } from "./estimators/task-mean.ts";
import { levelOf } from "./leaf-curves.ts";

/** Everything about numbers in these recordings, or what to record so that there is some. */
export function calibrateEstimates(
  { table, relays }: Recordings,
  tasks: Uint32Array,
  { confidence, pairs }: { readonly confidence: number; readonly pairs: boolean },
): Measured<EstimateCalibration> {
  const truth = truthFor(table, []);
  const known = Float64Array.from(tasks, (task) => truth[task]!).filter((value) => !Number.isNaN(value));
  const agents = table.columns.flatMap(({ name }) => agentEstimates(table, name, tasks, confidence) ?? []);
  if (agents.length === 0)
    return {
      notMeasured: "no agent gave numbers to two tasks whose gold is a number",
      probe: "record numbers in `answer` and `gold`",
    };
  return {
    agents,
    pairs: pairs ? pairsOf(table, agents, tasks, confidence) : [],
    riskCurves: riskCurves(table, agents, tasks, confidence),
    channel: channelNoise(relays, tasks, confidence),
    guess: known.reduce((sum, value) => sum + value, 0) / known.length,
    tasks: known.length,
    truthFromOthers: table.truthFromOthers !== undefined,
  };
}

// ── errors, task by task ───────────────────────────────────────────────────────────────────────────────────────────

/** Errors of one column on each chosen task; NaN where the task has none. Means over the task's own samples. */
export interface TaskErrors {
  /** How many answers are numbers, and how many are none. */
  readonly numbers: Float64Array;
  readonly silent: Float64Array;
  /** e */
  readonly bias: Float64Array;
  /** e² */
  readonly risk: Float64Array;
  /** e e′ over pairs of samples that shared no context; NaN without such a pair. */
  readonly common: Float64Array;
  /** e e″ over pairs of samples of one group. */
  readonly together: Float64Array;
}

/**
 * Errors of the column with this name, task by task, against the truth of a team.
 *
 * @param team  the team's columns; only where the mean of the others stands for the truth does it matter. @default this one
 */
export function taskErrors(
  table: AnswerTable,
  name: string,
  tasks: Uint32Array,
  team: readonly string[] = [name],
): TaskErrors {
  return columnErrors(findColumn(table, name)!, truthFor(table, team), tasks);
}

/** The same of any column against any truth, one number per task of the table. */
export function columnErrors(column: Column, truth: Float64Array, tasks: Uint32Array): TaskErrors {
  const unknown = () => new Float64Array(tasks.length).fill(Number.NaN);
  const errors: TaskErrors = {
    numbers: new Float64Array(tasks.length),
    silent: new Float64Array(tasks.length),
    bias: unknown(),
    risk: unknown(),
    common: unknown(),
    together: unknown(),
  };
  tasks.forEach((task, i) => {
    if (!Number.isNaN(truth[task]!)) addErrors(errors, i, column, task, truth[task]!);
  });
  return errors;
}

function addErrors(errors: TaskErrors, i: number, column: Column, task: number, truth: number): void {
  const { start, estimate, group } = column;
  const groups = new Map<number, { n: number; sum: number; squares: number }>();
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let at = start[task]!; at < start[task + 1]!; at++) {
    const error = (estimate?.[at] ?? Number.NaN) - truth;
    if (Number.isNaN(error)) {
      errors.silent[i]!++;
      continue;
    }
    n++;
    sum += error;
    squares += error * error;
    if (group[at]! < 0) continue;
    const own = groups.get(group[at]!) ?? { n: 0, sum: 0, squares: 0 };
    groups.set(group[at]!, { n: own.n + 1, sum: own.sum + error, squares: own.squares + error * error });
  }
  errors.numbers[i] = n;
  if (n === 0) return;
  let together = 0; // pairs of one group, ordered
  let product = 0;
  for (const own of groups.values()) {
    together += own.n * (own.n - 1);
    product += own.sum * own.sum - own.squares;
  }
  const apart = n * (n - 1) - together;
  errors.bias[i] = sum / n;
  errors.risk[i] = squares / n;
  if (apart > 0) errors.common[i] = (sum * sum - squares - product) / apart;
  if (together > 0) errors.together[i] = product / together;
}

// ── agents ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function agentEstimates(
  table: AnswerTable,
  name: string,
  tasks: Uint32Array,
  confidence: number,
): AgentEstimates | undefined {
  const { agent, level, estimate } = findColumn(table, name)!;
  if (estimate === undefined) return undefined;
  const errors = taskErrors(table, name, tasks);
  const { numbers, silent, bias, risk, common } = errors;
  const answered = numbers.filter((n) => n > 0);
  if (answered.length < 2) return undefined;
  const own = risk.map((value, i) => value - common[i]!);
  const repeated = common.filter((value) => !Number.isNaN(value)).length >= 2;
  const notRepeated: NotMeasured = {
    notMeasured: `"${name}" gave two numbers that share no context on fewer than 2 tasks`,
    probe: "record at least 2 samples per task (field `sample`), better 3 to 5",
  };
  const sum = risk.reduce((total, value) => total + (value || 0), 0);
  const largest = risk.reduce((most, value, i) => (value > (risk[most] || -1) ? i : most), 0);
  return {
    name,
    agent,
    ...(level === undefined ? {} : { level }),
    tasks: answered.length,
    answers: answered.reduce((total, n) => total + n, 0),
    samples: mostCommon(answered),
    silent: taskShareInterval(
      silent.map((count, i) => count / (count + numbers[i]!)),
      confidence,
    ),
    bias: withoutError(taskMeanInterval(bias, confidence)),
    risk: positive(skewedMeanInterval(risk, confidence)),
    commonRisk: repeated ? withoutError(skewedMeanInterval(common, confidence)) : notRepeated,
    ownRisk: repeated ? positive(skewedMeanInterval(own, confidence)) : notRepeated,
    rho: repeated ? sharedPart(errors, confidence) : notRepeated,
    rhoWithin: withinPart(errors, confidence),
    largest: { task: table.tasks[tasks[largest]!]!, share: sum > 0 ? risk[largest]! / sum : 0 },
  };
}

/** Σ E[e e′]/Σ E[e²] over the tasks that have both; a task is left out at a time. */
function sharedPart({ risk, common }: TaskErrors, confidence: number): Measured {
  const rows = [...common].flatMap((value, i) => (Number.isNaN(value) ? [] : [[value, risk[i]!]]));
  const [rho] = jackknifeInterval(taskRows(rows), ([shared, all]) => [shared! / all!], confidence);
  return Number.isNaN(rho!.standardError) ? nobodyErrs : clampInterval(rho!, -1, 1);
}

function withinPart({ risk, common, together }: TaskErrors, confidence: number): Measured {
  const rows = [...common].flatMap((value, i) =>
    Number.isNaN(value + together[i]!) ? [] : [[together[i]! - value, risk[i]! - value]],
  );
  if (rows.length < 2)
    return {
      notMeasured: "every number stood alone: errors that a context shares look like hard tasks",
      probe:
        "ask each task in three groups of five answers, each with a context of its own, and record the field `group`",
    };
  const [rho] = jackknifeInterval(taskRows(rows), ([shared, all]) => [shared! / all!], confidence);
  return Number.isNaN(rho!.standardError) ? nobodyErrs : clampInterval(rho!, -1, 1);
}

const nobodyErrs: NotMeasured = {
  notMeasured: "every number is right",
  probe: "record numbers on harder tasks",
};

function withoutError({ value, low, high, confidence }: Interval): Interval {
  return { value, low, high, confidence };
}

const positive = (interval: Interval) => clampInterval(interval, 0, Number.POSITIVE_INFINITY);

function pairsOf(
  table: AnswerTable,
  agents: readonly AgentEstimates[],
  tasks: Uint32Array,
  confidence: number,
): readonly EstimatePair[] {
  const alone = new Map(agents.map(({ name }) => [name, taskErrors(table, name, tasks)]));
  const together = (name: string, team: readonly string[]) =>
    table.truthFromOthers ? taskErrors(table, name, tasks, team) : alone.get(name)!;
  return agents.flatMap(({ name: a }, i) =>
    agents.slice(i + 1).flatMap(({ name: b }): EstimatePair[] => {
      const [ofA, ofB] = [together(a, [a, b]), together(b, [a, b])];
      const product = ofA.bias.map((error, t) => error * ofB.bias[t]!);
      const rows = [...product].flatMap((value, t) =>
        Number.isNaN(value) ? [] : [[value, ofA.risk[t]!, ofB.risk[t]!]],
      );
      if (rows.length < 2) return [];
      const correlation = (sums: Float64Array) => [sums[0]! / Math.sqrt(sums[1]! * sums[2]!)];
      const [rho] = jackknifeInterval(taskRows(rows), correlation, confidence);
      return [
        {
          a,
          b,
          tasks: rows.length,
          commonRisk: withoutError(skewedMeanInterval(product, confidence)),
          rho: Number.isNaN(rho!.standardError) ? nobodyErrs : clampInterval(rho!, -1, 1),
        },
      ];
    }),
  );
}

/**
 * Weights of the linear combination of least squared error, by member, for each of the member's answers; over all answers
 * they sum to 1 and none is negative. M_ij = mean over the tasks that all members have of E[e_i e_j], and on the diagonal
 * the risk of the mean of the member's n answers, E[e e′] + (E[e²] − E[e e′])/n.
 *
 * @param members  names of columns, and how often each is asked
 * @returns        undefined where the members share fewer than 2 tasks
 */
export function errorWeights(
  table: AnswerTable,
  tasks: Uint32Array,
  members: readonly { readonly name: string; readonly samples: number }[],
): ReadonlyMap<string, number> | undefined {
  const moments = errorMoments(table, tasks, members);
  if (!moments) return undefined;
  const weights = optimalErrorWeights(moments);
  return new Map(members.map(({ name, samples }, i) => [name, weights[i]! / samples]));
}

function errorMoments(
  table: AnswerTable,
  tasks: Uint32Array,
  members: readonly { readonly name: string; readonly samples: number }[],
): number[][] | undefined {
  const team = members.map(({ name }) => name);
  const errors = members.map(({ name }) => taskErrors(table, name, tasks, team));
  const alone = members.map(({ samples }, i) => {
    const { risk, common } = errors[i]!;
    return samples === 1 ? risk : common.map((shared, t) => shared + (risk[t]! - shared) / samples);
  });
  const shared = [...tasks.keys()].filter((t) => alone.every((risk) => !Number.isNaN(risk[t]!)));
  if (shared.length < 2) return undefined;
  const mean = (of: (t: number) => number) => shared.reduce((sum, t) => sum + of(t), 0) / shared.length;
  return members.map((_, i) =>
    members.map((_, j) =>
      i === j
        ? Math.max(
            0,
            mean((t) => alone[i]![t]!),
          )
        : mean((t) => errors[i]!.bias[t]! * errors[j]!.bias[t]!),
    ),
  );
}

// ── compute ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** ln v = ln A − η ln x by weighted least squares, for agents with numbers at two or more numeric levels. */
function riskCurves(
  table: AnswerTable,
  estimates: readonly AgentEstimates[],
  tasks: Uint32Array,
  confidence: number,
): readonly RiskCurve[] {
  const leveled = estimates.filter((one) => levelOf(one) > 0 && one.risk.value > 0);
  return [...new Set(leveled.map(({ agent }) => agent))].flatMap((agent): RiskCurve[] => {
    const levels = leveled.filter((one) => one.agent === agent).toSorted((a, b) => levelOf(a) - levelOf(b));
    if (levels.length < 2) return [];
    const risks = levels.map(({ name }) => taskErrors(table, name, tasks).risk);
    const rows = [...tasks.keys()].flatMap((t) => {
      const row = risks.flatMap((risk) => (Number.isNaN(risk[t]!) ? [0, 0] : [risk[t]!, 1]));
      return row.some((value) => value > 0) ? [row] : [];
    });
    const points = levels.map(({ risk, ...level }) => ({
      x: Math.log(levelOf(level)),
      // of ln v, by the delta method; it only weighs the levels. Tasks that are all alike are no certainty.
      weight: (risk.value / Math.max(risk.high - risk.low, 1e-6 * risk.value)) ** 2,
    }));
    const [logScale, exponent] = jackknifeInterval(taskRows(rows), (sums) => fitLine(points, sums), confidence);
    return [
      {
        agent,
        levels: levels.map((one) => ({ level: levelOf(one), tasks: one.tasks, risk: one.risk })),
        scale: mapInterval(logScale!, Math.exp),
        exponent: withoutError(exponent!),
      },
    ];
  });
}

/** [ln A, η] from Σ v and counts by level. */
function fitLine(
  points: readonly { readonly x: number; readonly weight: number }[],
  sums: Float64Array,
): readonly [number, number] {
  const y = points.map((_, level) => Math.log(sums[2 * level]! / sums[2 * level + 1]!));
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const meanX = points.reduce((sum, { x, weight }) => sum + weight * x, 0) / total;
  const meanY = points.reduce((sum, { weight }, i) => sum + weight * y[i]!, 0) / total;
  const spread = points.reduce((sum, { x, weight }) => sum + weight * (x - meanX) ** 2, 0);
  const slope = points.reduce((sum, { x, weight }, i) => sum + weight * (x - meanX) * (y[i]! - meanY), 0) / spread;
  return [meanY - slope * meanX, -slope];
}

// ── messages ───────────────────────────────────────────────────────────────────────────────────────────────────────

function channelNoise(relays: readonly Relay[], tasks: Uint32Array, confidence: number): Measured<ChannelNoise> {
  const chosen = new Set(tasks);
  const numbers = relays.flatMap(({ task, messageTokens, sent, received }) => {
    const from = chosen.has(task) ? readNumber(sent) : undefined;
    return from === undefined ? [] : [{ task, messageTokens, error: (readNumber(received) ?? Number.NaN) - from }];
  });
  const heard = numbers.filter(({ error }) => !Number.isNaN(error));
  const points = [...new Set(heard.map(({ messageTokens }) => messageTokens))]
    .sort((a, b) => a - b)
    .flatMap((messageTokens): ChannelNoise["points"] => {
      const squares = new Map<number, { sum: number; relays: number }>();
      for (const { task, error, ...relay } of heard) {
        if (relay.messageTokens !== messageTokens) continue;
        const before = squares.get(task) ?? { sum: 0, relays: 0 };
        squares.set(task, { sum: before.sum + error * error, relays: before.relays + 1 });
      }
      if (squares.size < 2) return [];
      const perTask = Float64Array.from(squares.values(), (one) => one.sum / one.relays);
      const count = [...squares.values()].reduce((sum, one) => sum + one.relays, 0);
      return [{ messageTokens, relays: count, variance: positive(skewedMeanInterval(perTask, confidence)) }];
    });
  if (points.length === 0)
    return {
      notMeasured: "no numbers were relayed about two tasks, so nobody knows what messages do to them",
      probe:
        "let one agent pass numbers on in messages of at most 16, 64 and 256 tokens, and record message_tokens, sent and received",
    };
  return {
    points,
    tasks: new Set(heard.map(({ task }) => task)).size,
    lost: numbers.length - heard.length,
  };
}

/**
 * σ² of messages of this length: as probed, linear in ln m between probed lengths, as of the longest beyond it. Shorter
 * than any probed message it may be anything.
 */
export function channelVarianceAt(channel: Measured<ChannelNoise>, messageTokens: number): Measured {
  if (!isMeasured<ChannelNoise>(channel)) return channel;
  const { points } = channel;
  const above = points.findIndex((point) => point.messageTokens >= messageTokens);
  if (above < 0) return points.at(-1)!.variance;
  const right = points[above]!;
  if (right.messageTokens === messageTokens) return right.variance;
  const left = points[above - 1];
  if (left === undefined)
    return {
      notMeasured: `messages of ${messageTokens} tokens are shorter than any that was probed (${right.messageTokens})`,
      probe: `relay numbers in messages of at most ${messageTokens} tokens`,
    };
  const share = Math.log(messageTokens / left.messageTokens) / Math.log(right.messageTokens / left.messageTokens);
  const between = (end: "value" | "low" | "high") =>
    left.variance[end] + share * (right.variance[end] - left.variance[end]);
  return {
    value: between("value"),
    low: between("low"),
    high: between("high"),
    confidence: right.variance.confidence,
  };
}

/**
 * What becomes of numbers on their way between agents, at the estimates: σ²(m), NaN for messages shorter than any that was
 * probed; whole answers (no length) lose nothing. ρ is what this agent's numbers of one group share, 0 where none stood in
 * groups: agents that are asked one by one share the task, and nothing else.
 *
 * @param leaf  name of the agent whose numbers are read
 */
export function numberChannelOf(
  calibration: Pick<Calibration, "estimates" | "agents">,
  leaf: string,
): Measured<CalibratedChannel> {
  const { estimates } = calibration;
  if (!isMeasured<EstimateCalibration>(estimates)) return estimates;
  const { channel, agents } = estimates;
  if (!isMeasured<ChannelNoise>(channel)) return channel;
  const within = agents.find(({ name }) => name === leaf)?.rhoWithin;
  const known = within !== undefined && isMeasured(within);
  const assumption: Assumption = {
    subject: "errors shared by messages",
    value: "ρ = 0",
    status: "assumed",
    source: `no numbers of "${leaf}" shared a context: asked one by one, they share the task and nothing else`,
  };
  return {
    fidelity: () => 1,
    rho: known ? clampShare(within.value) : 0,
    assumptions: known ? [] : [assumption],
    prices: pricesOf(calibration),
    variance(messageTokens) {
      if (messageTokens === undefined) return 0;
      const found = channelVarianceAt(channel, messageTokens);
      return isMeasured(found) ? found.value : Number.NaN;
    },
  };
}
