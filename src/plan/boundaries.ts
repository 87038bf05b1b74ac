// On which side of the theory's lines a calibration stands, how sure that is, and what would have to change.

import type { AgentCalibration, Calibration, FidelityCalibration } from "../calibrate/calibration.ts";
import { combineIntervals } from "../calibrate/estimators/combine-intervals.ts";
import { clampPositive, clampShare, mapInterval, studentInterval } from "../calibrate/estimators/estimate.ts";
import { taskMeanInterval } from "../calibrate/estimators/task-mean.ts";
import { messageTokensFor } from "../calibrate/fidelity.ts";
import { findColumn } from "../records/answer-table.ts";
import { fanInMax } from "../theory/budget.ts";
import { criticalCorrelation, criticalFanIn, criticalFidelity } from "../theory/critical.ts";
import { type Interval, isMeasured, type NotMeasured } from "../theory/interval.ts";
import { amplification, organizationExponent } from "../theory/level-map.ts";
import { majoritySlope } from "../theory/majority.ts";
import { normalQuantile } from "../theory/special.ts";
import { probabilityBetter, tasksStillNeeded } from "./choose.ts";
import { meanCallCosts } from "./costs.ts";
import type { Boundary, Crossing, Regime } from "./plan-types.ts";
import { usualReader, windowOf } from "./reader-window.ts";
import { type Node, noVote } from "./regime.ts";

/**
 * The three lines at which the theory's answer turns, as seen from one node:
 *
 *   amplification  ln α                    a layer of such nodes makes a weak signal stronger
 *   exponent       s − β                   a team of such nodes grows faster with its budget than one agent
 *   window         ln(W/(N m + prompt))    the N messages of the node fit its reader beside the task
 *
 * α and s combine the intervals of γ and ρ (of γ(m) and ρ_within where an agent reads; γ = 1 and the ρ of b-wise votes
 * where code counts), s − β that of β as well. m is exact where the team states it; where whole answers are passed on, N m
 * is the expected number of tokens of N answers to one task. It has an interval over tasks, as the prompt has, which counts
 * nothing where it was not recorded; single tasks may need more.
 *
 * A side is told where the interval of the distance excludes 0, so at 90 % one in ten that stand on the line itself are
 * told a side, and fewer are told the wrong one the farther from it they stand. P(team) is read off the end that lies
 * towards the line, for the intervals are not symmetric.
 *
 * @see §§4.1, 5.3, 14, derived
 */
export function boundariesOf(node: Node | null, regime: Regime, calibration: Calibration): readonly Boundary[] {
  return [amplificationLine(regime, calibration), exponentLine(regime, calibration), windowLine(node, calibration)];
}

interface Line extends Pick<Boundary, "code" | "crossings"> {
  readonly distance: Interval;
  /** Over which the interval was taken. */
  readonly tasks: number;
  /** Of what stands on the line exactly. */
  readonly onLine: "team" | "single";
}

export function told({ code, distance, tasks, onLine, crossings }: Line): Boundary {
  const { value, low, high, confidence } = distance;
  if (low === high)
    return {
      code,
      distance,
      side: value > 0 ? "team" : value < 0 ? "single" : onLine,
      probabilityTeam: value > 0 || (value === 0 && onLine === "team") ? 1 : 0,
      tasksStillNeeded: null,
      crossings,
    };
  const isTold = low > 0 || high < 0;
  const towardsLine = value > 0 ? value - low : value < 0 ? high - value : Math.max(high, -low);
  // An end on the line, where an estimate was clipped to its domain, excludes nothing.
  const half = isTold ? towardsLine : Math.max(towardsLine, Math.abs(value) * (1 + 1e-9));
  const certainty = (1 + confidence) / 2;
  const error = half / normalQuantile(certainty);
  const found = { gain: value, error, deviation: error * Math.sqrt(tasks), tasks };
  return {
    code,
    distance,
    side: !isTold ? "cannot tell yet" : value > 0 ? "team" : "single",
    probabilityTeam: probabilityBetter(found),
    tasksStillNeeded: isTold ? null : tasksStillNeeded(found, certainty),
    crossings,
  };
}

export function untold(code: Boundary["code"], missing: NotMeasured): Boundary {
  return {
    code,
    distance: missing,
    side: "cannot tell yet",
    probabilityTeam: 0.5,
    tasksStillNeeded: null,
    crossings: [],
  };
}

/** γ and ρ as they stand in α at this node: what a reader's inputs share, or all dependence of votes that code counts. */
function parametersOf({ messageTokens, gamma, rhoWithin, rhoEffective }: Regime) {
  return { gamma, rho: messageTokens === undefined ? rhoEffective : rhoWithin };
}

function amplificationLine(regime: Regime, calibration: Calibration): Boundary {
  const { fanIn, alpha } = regime;
  const { gamma, rho } = parametersOf(regime);
  if (!isMeasured(gamma)) return untold("amplification", gamma);
  if (!isMeasured(rho)) return untold("amplification", rho);
  if (!isMeasured(alpha)) return untold("amplification", alpha);
  const [g, r] = [clampPositive(gamma.value), clampShare(rho.value)];
  const amplifies = alpha.value > 1;
  const before = "a layer stops amplifying";
  const fidelityNeeded = criticalFidelity(fanIn, r);
  const move = mover(amplifies, before);
  return told({
    code: "amplification",
    distance: mapInterval(alpha, Math.log),
    tasks: calibration.tasks.length,
    onLine: "single", // at α = 1 signals fade, if slowly
    crossings: [
      move("rho", "ρ", rho, criticalCorrelation(fanIn, g), "no ρ: messages alone lose the signal"),
      move("gamma", "γ", gamma, fidelityNeeded, ""),
      ...lengthCrossing(regime, calibration, fidelityNeeded, move),
      fanInCrossing(fanIn, criticalFanIn(g, r), amplifies, "no fan-in amplifies", before),
    ],
  });
}

function exponentLine(regime: Regime, calibration: Calibration): Boundary {
  const { fanIn, beta } = regime;
  const { gamma, rho } = parametersOf(regime);
  if (!isMeasured(gamma)) return untold("exponent", gamma);
  if (!isMeasured(rho)) return untold("exponent", rho);
  if (!isMeasured(beta)) return untold("exponent", beta);
  const [g, r, b] = [clampPositive(gamma.value), clampShare(rho.value), beta.value];
  const exponent = organizationExponent({ fanIn, fidelity: g, rho: r });
  const distance = combineIntervals(
    [gamma, rho, beta],
    (fidelity, dependence, growth) =>
      organizationExponent({ fanIn, fidelity: clampPositive(fidelity), rho: clampShare(dependence) }) - growth,
  );
  const before = "one agent grows as fast";
  const move = mover(distance.value > 0, before);
  const slope = majoritySlope(fanIn);
  const alphaNeeded = fanIn ** b; // s = β
  const rhoNeeded = (g * slope - alphaNeeded) / (g * (slope - 1));
  const gammaNeeded = alphaNeeded / (r + (1 - r) * slope);
  const reached = gammaNeeded <= 1 ? gammaNeeded : null;
  return told({
    code: "exponent",
    distance,
    tasks: calibration.tasks.length,
    onLine: "single", // at s = β no tree beats one agent at any budget
    crossings: [
      move("beta", "β", beta, exponent > 0 ? exponent : null, "no β: a layer does not amplify"),
      move("rho", "ρ", rho, rhoNeeded >= 0 && rhoNeeded <= 1 ? rhoNeeded : null, "no ρ reaches s = β"),
      move("gamma", "γ", gamma, reached, "no γ reaches s = β"),
      ...lengthCrossing(regime, calibration, reached, move),
      fanInCrossing(
        fanIn,
        smallestFanIn((size) => amplification({ fanIn: size, fidelity: g, rho: r }) > size ** b),
        distance.value > 0,
        "no fan-in reaches s = β",
        before,
      ),
    ],
  });
}

/** Wider nodes than anyone builds. */
const fanInSearched = 1001;

function smallestFanIn(crosses: (fanIn: number) => boolean): number | null {
  for (let fanIn = 3; fanIn <= fanInSearched; fanIn += 2) if (crosses(fanIn)) return fanIn;
  return null;
}

export function windowLine(node: Node | null, calibration: Calibration): Boundary {
  const { contextTokens: stated, confidence } = calibration;
  if (!node) return untold("window", noVote);
  if (!isMeasured<object>(stated)) return untold("window", stated);
  const reader = usualReader(calibration);
  const { contextTokens, promptTokens } = windowOf(reader);
  const { fanIn } = node;
  const messages = messagesInto(node, calibration);
  const prompts = promptsOf(reader, calibration);
  const whole = expectedTokens(
    messages.map((tokens, i) => tokens + prompts[i]!),
    confidence,
  );
  if (!isMeasured<WholeTokens>(whole)) return untold("window", whole);
  const exactly = (value: number): Interval => ({ value, low: value, high: value, confidence });
  const total = mapInterval(whole.logarithm, Math.exp);
  const message = node.messages
    ? exactly(node.messages.tokens)
    : mapInterval(total, (tokens) => Math.max(1, tokens - promptTokens) / fanIn);
  const room = Math.max(0, contextTokens - promptTokens);
  const most = fanInMax(contextTokens, message.value, { odd: false, reserveTokens: promptTokens });
  const move = mover(whole.logarithm.value <= Math.log(contextTokens), "the messages stop fitting");
  return told({
    code: "window",
    distance: mapInterval(whole.logarithm, (logarithm) => Math.log(contextTokens) - logarithm),
    tasks: whole.tasks,
    onLine: "team", // N m + prompt ≤ W fits
    crossings: [
      move("leaves", "N", exactly(fanIn), most > 0 ? most : null, "no N: not one message fits"),
      move("messageTokens", "m", message, room > 0 ? room / fanIn : null, "no m: not even the task fits"),
      move("contextTokens", "W", exactly(contextTokens), total.value, ""),
    ],
  });
}

/** Tokens of the messages into a node on each task: as stated, or one whole answer of each voter, `fanIn` of the only one. */
function messagesInto({ fanIn, messages, voters }: Node, { table, tasks }: Calibration): Float64Array {
  const total = new Float64Array(tasks.length);
  if (messages) return total.fill(fanIn * messages.tokens);
  const answers = voters.length === 1 ? fanIn : 1;
  for (const { name } of voters)
    meanCallCosts(findColumn(table, name)!, "tokensOut", tasks).forEach((tokens, i) => {
      total[i]! += answers * tokens;
    });
  return total;
}

/** Tokens of the task itself; 0 where nobody recorded the reader's prompts. */
function promptsOf({ name, cost }: AgentCalibration, { table, tasks }: Calibration): Float64Array {
  if (!isMeasured(cost.tokensIn)) return new Float64Array(tasks.length);
  return meanCallCosts(findColumn(table, name)!, "tokensIn", tasks);
}

interface WholeTokens {
  /** ln of the mean over tasks. */
  readonly logarithm: Interval;
  /** That have a number. */
  readonly tasks: number;
}

/** The interval leaves out one task at a time, on the scale of the logarithm. */
function expectedTokens(perTask: Float64Array, confidence: number): WholeTokens | NotMeasured {
  const recorded = perTask.filter((tokens) => !Number.isNaN(tokens)).length;
  const total = taskMeanInterval(perTask, confidence);
  if (recorded < 2 || !(total.value > 0))
    return {
      notMeasured: "no lengths of the answers that a reader would read are recorded",
      probe: "record tokens_out with the attempts",
    };
  const { standardError: _, ...logarithm } = studentInterval(
    Math.log(total.value),
    total.standardError / total.value,
    recorded - 1,
    confidence,
  );
  return { logarithm, tasks: recorded };
}

type Move = ReturnType<typeof mover>;

/** Crossings of one line in words: what could change before the team's side is left, or would have to for it to be reached. */
export function mover(isTeam: boolean, before: string) {
  return (
    parameter: Crossing["parameter"],
    symbol: string,
    now: Interval,
    at: number | null,
    never: string,
  ): Crossing => ({ parameter, now, at, text: at === null ? never : movement(symbol, now.value, at, isTeam, before) });
}

function movement(symbol: string, now: number, at: number, isTeam: boolean, before: string): string {
  const [from, to] = apart(now, at);
  const verb = at >= now ? "rise" : "fall";
  if (isTeam && at === now) return `${symbol} has no room beyond ${from} before ${before}`;
  return isTeam
    ? `${symbol} could ${verb} from ${from} to ${to} before ${before}`
    : `${symbol} would have to ${verb} from ${from} to ${to}`;
}

/** Both in as few digits as tell them apart. */
function apart(a: number, b: number): readonly [string, string] {
  const whole = Math.max(Math.abs(a), Math.abs(b)) >= 10 || (Number.isInteger(a) && Number.isInteger(b) && a > 1);
  for (let digits = whole ? 0 : 2; digits < 6; digits++) {
    const texts = [written(a, digits), written(b, digits)] as const;
    if (texts[0] !== texts[1] || a === b) return texts;
  }
  return [String(a), String(b)];
}

const written = (value: number, digits: number) =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Only where an agent reads messages; none where no length carries enough. */
function lengthCrossing(
  { messageTokens }: Regime,
  { fidelity }: Calibration,
  fidelityNeeded: number | null,
  move: Move,
): readonly Crossing[] {
  if (messageTokens === undefined || !isMeasured<FidelityCalibration>(fidelity)) return [];
  const now = {
    value: messageTokens,
    low: messageTokens,
    high: messageTokens,
    confidence: fidelity.exponential.m0.confidence,
  };
  const at = fidelityNeeded === null ? null : (messageTokensFor(fidelity, fidelityNeeded)?.value ?? null);
  return [move("messageTokens", "m", now, at, "no message length carries enough")];
}

/** `smallest`: the first odd fan-in on the side of the team. */
function fanInCrossing(
  fanIn: number,
  smallest: number | null,
  isTeam: boolean,
  never: string,
  before: string,
): Crossing {
  const now = { value: fanIn, low: fanIn, high: fanIn, confidence: 1 };
  const of = (at: number | null, text: string): Crossing => ({ parameter: "fanIn", now, at, text });
  if (smallest === null) return of(null, never);
  if (!isTeam) return of(smallest, `fan-in would have to rise from ${written(fanIn, 0)} to ${written(smallest, 0)}`);
  if (smallest <= 3) return of(null, "every fan-in from 3 on is on this side");
  return smallest >= fanIn
    ? of(fanIn, `fan-in cannot fall below ${written(fanIn, 0)} before ${before}`)
    : of(smallest, `fan-in could fall from ${written(fanIn, 0)} to ${written(smallest, 0)} before ${before}`);
}
