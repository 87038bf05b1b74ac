import { memberName, membersOf } from "../organizations/cast.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import type { CostUnit, Plan } from "../plan/plan-types.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";
import type { Recordings } from "../records/recordings.ts";
import { costSentence, count, decimal, money, percent, plain, points, probability } from "../report/format-number.ts";
import type { Comparison, Flip, Flow } from "../report/study-data.ts";
import { outcomes } from "../simulate/replay.ts";
import { type Interval, isMeasured } from "../theory/interval.ts";
import { type Check, meanOver } from "./compare.ts";
import type { OtherGrade } from "./open-questions.ts";
import { makePlanOrNull } from "./or-null.ts";

/** What the advice is about: the team bought (or, where one agent is advised, the best team that was not) and its rival. */
interface Duel {
  readonly plan: Plan;
  readonly check: Check;
  readonly recordings: Recordings;
  /** The team of the duel, and the best single agent. */
  readonly team: Comparison;
  readonly single: Comparison;
}

/** What would turn the advice: prices, agreement, units, graders, certainty, lengths. Null where no team stands against the agent. */
export function flips(
  plan: Plan,
  comparisons: readonly Comparison[],
  flow: Flow | null,
  { check, recordings, otherGrade }: { check: Check; recordings: Recordings; otherGrade: OtherGrade | null },
): Flip[] {
  const single = comparisons.find(({ team }) => team === plan.single.team);
  const team =
    comparisons.find(({ chosen, kind }) => chosen && kind !== "single") ??
    comparisons.find(({ role }) => role === "team" || role === "resampled");
  if (!single || !team || team === single || !team.difference) return [];
  const duel: Duel = { plan, check, recordings, team, single };
  return [
    ...priceFlips(duel),
    ...agreementFlips(duel, flow),
    unitFlip(duel),
    gradeFlip(duel, otherGrade),
    confidenceFlip(duel),
    promptFlip(duel),
  ].filter((flip) => flip !== null);
}

const isTeam = (plan: Plan) => plan.advice.kind !== "single";

/** Mean cost of a team on the held-back tasks, with some columns' dollars changed. */
function dollars(text: string, { check }: Duel, change: (column: Column) => Float64Array): number {
  const { calibration, heldBack, seed } = check;
  const table: AnswerTable = {
    ...calibration.table,
    columns: calibration.table.columns.map((column) => ({ ...column, usd: change(column) })),
  };
  return meanOver(
    outcomes(parseTeam(text), table, { seed, weights: calibration.weights }).usd,
    heldBack,
    calibration.confidence,
  ).value;
}

/** Where the line a + f·b (costs of the team) meets the line c + f·d (what it may cost); NaN where they are parallel. */
const crossing = (a: number, b: number, c: number, d: number) => (c - a) / (b - d);

/** The team is the worse buy once it costs more than the one agent, or, where it is dearer already, than the budget. */
function limitOf({ plan, team, single }: Duel): "single" | "budget" {
  const [a, b] = [team.measured.cost.usd, single.measured.cost.usd];
  return plan.budget.unit === "usd" && a !== null && b !== null && a > b ? "budget" : "single";
}

function priceFlips(duel: Duel): Flip[] {
  const { plan, check, team, single } = duel;
  if (plan.budget.unit !== "usd" || !isTeam(plan)) return [];
  const budgetIsLimit = limitOf(duel) === "budget";
  const { table } = check.calibration;
  const members = [single.team, team.team].flatMap((text) => membersOf(parseTeam(text).cast));
  // A price holds for an agent at all its levels; it is stated for the level that is asked.
  const asked = new Map(members.map((member) => [member.agent, memberName(member)]));
  return [...asked].flatMap(([agent, column]): Flip[] => {
    const { usd } = findColumn(table, column)!;
    const now = meanOver(usd, Uint32Array.from(usd.keys()), plan.confidence).value;
    if (!(now > 0)) return [];
    const free = (column: Column) => (column.agent === agent ? column.usd.map(() => 0) : column.usd);
    const teamFixed = dollars(team.team, duel, free);
    const singleFixed = budgetIsLimit ? plan.budget.amount : dollars(single.team, duel, free);
    const teamSlope = team.measured.cost.usd! - teamFixed;
    const singleSlope = budgetIsLimit ? 0 : single.measured.cost.usd! - singleFixed;
    const factor = crossing(teamFixed, teamSlope, singleFixed, singleSlope);
    const turns = factor > 0.01 && factor < 100;
    const at = turns ? 1000 * now * factor : null;
    const name = check.labels[column] ?? column;
    const limit = budgetIsLimit ? "the budget" : `${single.label} alone`;
    const status = duel.recordings.assumptions.find(
      (entry) => (entry.agent === column || entry.agent === agent) && entry.subject === "price",
    )?.status;
    return [
      {
        subject: `Price of ${name}`,
        now: 1000 * now,
        nowText: `now ${money(1000 * now)} per 1,000 answers`,
        at,
        verdict: at === null ? "holds" : factor < 1 ? "below" : "above",
        text:
          at === null
            ? `At any price of ${name} within a factor of 100 the team stays below ${limit}.`
            : `Beyond it the team costs more than ${limit}.`,
        scale:
          at === null
            ? null
            : {
                low: 1000 * now * Math.min(factor, 1) * 0.3,
                high: 1000 * now * Math.max(factor, 1) * 3.5,
                log: true,
                unit: "usd",
              },
        interval: null,
        status: status === "assumed" ? "assumed" : "measured",
      },
    ];
  });
}

/** For a team whose first stage may end it: how often that happens, and how often it is right then. */
function agreementFlips({ plan, single, team }: Duel, flow: Flow | null): Flip[] {
  const [first] = flow?.stages ?? [];
  if (!flow || !first || flow.stages.length !== 2 || flow.team !== team.team || !isTeam(plan)) return [];
  const share: Interval = first.shareInterval;
  const found: Flip[] = [];
  const [firstCost, lastCost] = flow.stages.map((stage) => stage.cost[plan.budget.unit]);
  const limit = single.measured.cost[plan.budget.unit];
  if (firstCost != null && lastCost != null && limit !== null && lastCost > 0) {
    const at = 1 - (limit - firstCost) / lastCost;
    const turns = at > 0 && at < 1;
    found.push({
      subject: "How often the first ones agree",
      now: share.value,
      nowText: `now ${percent(share.value)}`,
      at: turns ? at : null,
      verdict: turns ? (at < share.value ? "below" : "above") : "holds",
      text: turns
        ? `Where they agree less, the team costs more than ${single.label} alone.`
        : `At any rate of agreement the team stays below ${single.label} alone.`,
      scale: turns ? { low: 0, high: 1, log: false, unit: "share" } : null,
      interval: share,
      status: "measured",
    });
  }
  const at = first.baselineRight.value;
  found.push({
    subject: "How often agreement is right",
    now: first.right.value,
    nowText: `now ${percent(first.right.value, 1)}; ${single.label} on these tasks ${percent(at, 1)}`,
    at,
    verdict: at < first.right.value ? "below" : "above",
    text: `Below it ${single.label} alone is right more often on the same tasks.`,
    scale: {
      low: Math.max(0, Math.min(at, first.right.low) - 0.08),
      high: Math.min(1, first.right.high + 0.02),
      log: false,
      unit: "share",
    },
    interval: first.right,
    status: "measured",
  });
  return found;
}

/** The same money, counted in another unit. */
function unitFlip({ plan, check, team, single }: Duel): Flip | null {
  const unit: CostUnit = plan.budget.unit === "usd" ? "tokens" : "usd";
  const amount = plan.single.cost[unit];
  const [a, b] = [team.measured.cost[unit], single.measured.cost[unit]];
  if (!isMeasured(amount) || !(amount.mean > 0) || a === null || b === null) return null;
  const other = makePlanOrNull(check.calibration, {
    perTask: { amount: amount.mean, unit },
    metric: check.metric,
    confidence: plan.confidence,
    seed: plan.seed,
  });
  const holds = other !== null && isTeam(other) === isTeam(plan);
  return {
    subject: unit === "tokens" ? "Counting tokens, not dollars" : `Counting dollars, not ${plan.budget.unit}`,
    now: null,
    nowText: "",
    at: null,
    verdict: holds ? "holds" : "flips",
    text: `The team takes ${costSentence(a, unit)}, ${single.label} alone ${costSentence(b, unit)}.${holds ? "" : ` For that much ${other && isTeam(other) ? "a team is" : "one agent is"} the better buy.`}`,
    scale: null,
    interval: null,
    status: "measured",
  };
}

/** The advice when right or wrong is decided the other way. */
function gradeFlip({ plan, recordings, team }: Duel, otherGrade: OtherGrade | null): Flip | null {
  if (!otherGrade) return null;
  const { confidence, budget, seed } = plan;
  const other = makePlanOrNull(otherGrade.calibration, { perTask: budget, confidence, seed });
  const holds = other !== null && isTeam(other) === isTeam(plan);
  const promised = other?.candidates.find((one) => one.team === team.team)?.gain;
  return {
    subject: otherGrade.by === "flag" ? "Grading by the recorded flags" : "Grading by answer = gold",
    now: null,
    nowText: "",
    at: null,
    verdict: holds ? "holds" : "flips",
    text: `Answers and flags disagree on ${count(recordings.disagreements.length)} of ${count(recordings.attempts)} attempts.${promised && team.forecast.gain ? ` Graded the other way the team promises ${points(promised.mean)} points instead of ${points(team.forecast.gain.mean)}.` : ""}`,
    scale: null,
    interval: null,
    status: "measured",
  };
}

function confidenceFlip({ plan, team }: Duel): Flip | null {
  const p = team.forecast.gain?.probabilityBetter;
  if (p === undefined) return null;
  const stricter = 1 - (1 - plan.confidence) / 10;
  return {
    subject: isTeam(plan) ? "Asking for more certainty" : "Asking for less certainty",
    now: p,
    nowText: `P(better) ${probability(p)}`,
    at: null,
    verdict: isTeam(plan) ? (p >= stricter ? "holds" : "flips") : "flips",
    text: isTeam(plan)
      ? `A team is advised at P(better) ≥ ${plan.confidence}; at ${plain(stricter)} this one would ${p >= stricter ? "still be" : "not be"}.`
      : `A team is advised at P(better) ≥ ${plan.confidence}; the best one has ${probability(p)}.`,
    scale: null,
    interval: null,
    status: "derived",
  };
}

/** Where prompt lengths were assumed: prompts of 100 to 20,000 tokens. */
function promptFlip(duel: Duel): Flip | null {
  const { plan, recordings, team, single } = duel;
  const assumed = recordings.assumptions.filter(
    ({ subject, status }) => subject === "prompt length" && status === "assumed",
  );
  if (plan.budget.unit !== "usd" || assumed.length === 0) return null;
  const prompts = (tokens: number) => (column: Column) => {
    const perToken = (recordings.config.agents[column.name] ?? recordings.config.agents[column.agent])?.prices
      ?.inputPerMillion;
    return perToken === undefined
      ? column.usd
      : column.usd.map((usd, i) => usd + ((tokens - column.tokensIn[i]!) * perToken) / 1e6);
  };
  const ratio = (tokens: number) =>
    dollars(team.team, duel, prompts(tokens)) / dollars(single.team, duel, prompts(tokens));
  const [short, long] = [ratio(100), ratio(20_000)];
  const holds = short < 1 === long < 1;
  const [least, most] = [Math.min(short, long), Math.max(short, long)];
  return {
    subject: "Length of the prompt",
    now: null,
    nowText: "",
    at: null,
    verdict: holds ? "holds" : "flips",
    text: `Between 100 and 20,000 tokens the team costs ${decimal(100 * least, 0)} to ${percent(most)} of ${single.label} alone.`,
    scale: null,
    interval: null,
    status: "assumed",
  };
}
