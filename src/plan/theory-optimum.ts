// What the exact planner would buy if a leaf could be given any compute, not only the levels that were recorded.

import type { AgentCalibration, Calibration, FidelityCalibration, LeafCurve } from "../calibrate/calibration.ts";
import { type CalibratedChannel, channelOf } from "../calibrate/channel.ts";
import { combineIntervals } from "../calibrate/estimators/combine-intervals.ts";
import { clampPositive, clampShare } from "../calibrate/estimators/estimate.ts";
import { fidelityAt } from "../calibrate/fidelity.ts";
import { betaDifficulty, treeAccuracyOverTasks } from "../theory/difficulty.ts";
import { type ExactPlan, planExactly } from "../theory/exact-plan.ts";
import { type Interval, isMeasured, type Measured } from "../theory/interval.ts";
import type { Budget, TheoryOptimum } from "./plan-types.ts";
import { layersMax, messageLengths } from "./reader-shapes.ts";
import { roomIn, usualReader, windowOf } from "./reader-window.ts";
import type { PlanRoster } from "./roster.ts";

/**
 * The optimum of `planExactly` over the agents whose growth with compute is calibrated. A leaf of x level costs its prompt
 * and the tokens that it writes at that level, between and beyond the recorded ones along straight lines in ln x; a reader
 * reads the task too. The interval is that of the accuracy of this design: of the leaf's bias at the nearest recorded level,
 * of β from there on, of γ(m), ρ_within and ρ_task.
 */
export function theoryOptimum(
  calibration: Calibration,
  { agents }: PlanRoster,
  { amount, unit }: Budget,
): Measured<TheoryOptimum> {
  if (unit !== "tokens")
    return {
      notMeasured: `the theory's compute is in tokens, the budget in ${unit === "usd" ? "dollars" : unit}`,
      probe: "plan a budget in tokens",
    };
  const channel = channelOf(calibration);
  if (!isMeasured<CalibratedChannel>(channel)) return channel;
  const { leafCurves, beta } = calibration;
  const found = leafCurves.flatMap((curve) => {
    const growth = growthOf(curve, calibration);
    return growth ? [optimumOf(growth, amount, channel, calibration)] : [];
  });
  const best = found.toSorted((a, b) => b.accuracy.value - a.accuracy.value)[0];
  if (best) return best;
  if (!isMeasured(beta)) return beta;
  return {
    notMeasured: `no tokens of the levels of ${agents[0]!.name} and others are recorded`,
    probe: "record tokens_in and tokens_out with the attempts",
  };
}

/** How an agent's bias and tokens grow with its level. */
interface Growth {
  readonly curve: LeafCurve;
  readonly promptTokens: number;
  /** Recorded levels with the tokens written there, both rising. */
  readonly steps: readonly { readonly level: number; readonly tokens: number; readonly agent: AgentCalibration }[];
  readonly rho: Interval;
  readonly rhoTask: Interval;
}

function growthOf(curve: LeafCurve, { agents, rhoTask, rhoWithin }: Calibration): Growth | null {
  const steps = curve.levels.flatMap(({ level }) => {
    const agent = agents.find((one) => one.agent === curve.agent && Number(one.level) === level);
    return agent && isMeasured(agent.cost.tokensOut) ? [{ level, tokens: agent.cost.tokensOut.value, agent }] : [];
  });
  const rises = steps.every(({ tokens }, i) => tokens > (steps[i - 1]?.tokens ?? 0));
  const { cost, rho } = steps[0]?.agent ?? {};
  if (steps.length < 2 || !rises || !cost || !isMeasured(cost.tokensIn)) return null;
  const growth = { curve, promptTokens: cost.tokensIn.value, steps };
  if (isMeasured(rhoTask) && isMeasured(rhoWithin)) return { ...growth, rho: rhoWithin, rhoTask };
  if (!rho || !isMeasured(rho)) return null;
  return { ...growth, rho: { ...rho, value: 0, low: 0, high: 0 }, rhoTask: rho };
}

function optimumOf(
  growth: Growth,
  budget: number,
  channel: CalibratedChannel,
  calibration: Calibration,
): TheoryOptimum {
  const { curve, promptTokens, steps, rho, rhoTask } = growth;
  const fidelity = calibration.fidelity as FidelityCalibration;
  const window = windowOf(usualReader(calibration));
  const { promptTokens: reserveTokens } = window;
  const found = planExactly({
    budget,
    windowTokens: Math.min(Number.MAX_SAFE_INTEGER, window.contextTokens),
    reserveTokens,
    leafBias: (tokens) => biasAt(levelOf(tokens - promptTokens, steps), curve.k.value, curve.beta.value),
    fidelity: channel.fidelity,
    rho: channel.rho,
    rhoTask: clampShare(rhoTask.value),
    messageTokens: messageLengths(fidelity, channel.rho, roomIn(window)),
    layersMax,
    leafComputeMin: promptTokens + 1,
    prices: { overhead: reserveTokens },
  });
  const { kind, fanIn, layers, messageTokens, leaves, leafCompute, cost } = found;
  const level = levelOf(leafCompute - promptTokens, steps);
  return {
    ...{ agent: curve.agent, kind, fanIn, layers, messageTokens, leaves, leafTokens: leafCompute, level, cost },
    accuracy: accuracyOf(found, level, growth, rho, fidelity),
  };
}

function accuracyOf(
  { fanIn, layers, messageTokens }: ExactPlan,
  level: number,
  { curve, steps, rhoTask }: Growth,
  rho: Interval,
  fidelity: FidelityCalibration,
): Interval {
  const distance = (one: number) => Math.abs(Math.log(one / level));
  const { level: nearest, agent } = steps.reduce((best, one) =>
    distance(one.level) < distance(best.level) ? one : best,
  );
  const { accuracy } = agent;
  const on = biasAt(nearest, curve.k.value, curve.beta.value);
  const gamma = layers > 0 ? fidelityAt(fidelity, messageTokens) : { ...accuracy, value: 1, low: 1, high: 1 };
  return combineIntervals([accuracy, curve.beta, rhoTask, rho, gamma], (right, beta, difficulty, shared, kept) => {
    const bias = (on + 2 * (right - accuracy.value)) * (level / nearest) ** beta;
    const p = (1 + Math.max(-1, Math.min(1, bias))) / 2;
    const node = { fanIn, rho: clampShare(shared), fidelity: clampPositive(kept) };
    return layers === 0 ? p : treeAccuracyOverTasks(betaDifficulty(p, clampShare(difficulty), 0.25), layers, node);
  });
}

const biasAt = (level: number, scale: number, beta: number) => (level > 0 ? Math.min(1, scale * level ** beta) : 0);

/** The level at which so many tokens are written: straight lines between the recorded ones, in logarithms. */
function levelOf(tokens: number, steps: Growth["steps"]): number {
  if (tokens <= 0) return 0;
  const above = steps.findIndex((step) => step.tokens >= tokens);
  const right = Math.max(1, above < 0 ? steps.length - 1 : above);
  const [a, b] = [steps[right - 1]!, steps[right]!];
  const slope = Math.log(b.level / a.level) / Math.log(b.tokens / a.tokens);
  return a.level * (tokens / a.tokens) ** slope;
}
