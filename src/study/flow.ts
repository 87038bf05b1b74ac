import { memberName } from "../organizations/cast.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { list } from "../organizations/words.ts";
import type { CostUnit, Plan } from "../plan/plan-types.ts";
import type { Comparison, Flow } from "../report/study-data.ts";
import { requireDigest } from "../simulate/digest.ts";
import { flow, type StageFlow } from "../simulate/flow.ts";
import type { Interval } from "../theory/interval.ts";
import { type Check, meanOver, outcomesOf, shareOver } from "./compare.ts";

/** Where the tasks go in the chosen team (in the best one, where one agent is advised), on the held-back half. */
export function flowOf(plan: Plan, comparisons: readonly Comparison[], check: Check): Flow | null {
  const teams = [plan.advice.team, plan.best.team, plan.team?.team];
  const shown = teams.find((text) => comparisons.some(({ team, kind }) => team === text && kind === "cascade"));
  if (shown === undefined) return null;
  const { calibration, heldBack, labels, seed } = check;
  const stages = flow(parseTeam(shown), calibration.table, { seed, weights: calibration.weights });
  if (!stages) return null;
  const baseline = outcomesOf(plan.single.team, check).accuracy;
  const { confidence } = calibration;
  return {
    team: shown,
    stages: stages.flatMap((stage, number) => {
      const { tasks, ...shareInterval } = shareOver(stage.decided, heldBack, confidence);
      if (shareInterval.value === 0) return []; // no task ends here: nothing to be right on
      return {
        label: labelOf(stages, number, labels),
        share: shareInterval.value,
        shareInterval,
        cost: costOf(stage, check),
        right: ratioOver(stage.right, stage.decided, heldBack, confidence),
        baselineRight: ratioOver(
          stage.decided.map((decided, task) => decided * baseline[task]!),
          stage.decided,
          heldBack,
          confidence,
        ),
        tasks: Math.round(shareInterval.value * tasks),
      };
    }),
  };
}

/** "ToRA-70B and Mixtral agree", "they disagree: ask GPT-4". */
function labelOf(stages: readonly StageFlow[], number: number, labels: Check["labels"]): string {
  const { members, accept } = stages[number]!.stage;
  const names = members.map((member) => {
    const name = labels[memberName(member)] ?? memberName(member);
    return member.samples > 1 ? `${member.samples} answers of ${name}` : name;
  });
  const all = list(names);
  if (number === 0) return `${all} ${accept === "majority" ? "mostly agree" : "agree"}`;
  return accept === "final" ? `they disagree: ask ${all}` : `they disagree, but ${all} agree`;
}

/** Mean cost of asking this stage once, over the tasks that reach it. */
function costOf({ stage, reached }: StageFlow, { calibration, heldBack }: Check): Record<CostUnit, number | null> {
  const digests = stage.members.map((member) => ({
    samples: member.samples,
    digest: requireDigest(calibration.table, memberName(member)),
  }));
  const cost = (per: (digest: (typeof digests)[number]["digest"], task: number) => number) => {
    const spent = reached.map(
      (share, task) => share * digests.reduce((sum, { samples, digest }) => sum + samples * per(digest, task), 0),
    );
    const { value } = ratioOver(spent, reached, heldBack, calibration.confidence);
    return Number.isFinite(value) ? value : null;
  };
  const slowest = reached.map(
    (share, task) => share * digests.reduce((most, { digest }) => Math.max(most, digest.seconds[task]!), 0),
  );
  const { value: seconds } = ratioOver(slowest, reached, heldBack, calibration.confidence);
  return {
    calls: cost(() => 1),
    tokens: cost((digest, task) => digest.tokensIn[task]! + digest.tokensOut[task]!),
    usd: cost((digest, task) => digest.usd[task]!),
    seconds: Number.isFinite(seconds) ? seconds : null,
  };
}

/**
 * Σ part / Σ whole over tasks, with the interval of a ratio estimate: the residuals part − ratio·whole scatter over
 * tasks. Kept inside [0, 1] where it is a share.
 */
function ratioOver(part: Float64Array, whole: Float64Array, tasks: Uint32Array, confidence: number): Interval {
  const center = meanOver(whole, tasks, confidence).value;
  const value = meanOver(part, tasks, confidence).value / center;
  const residuals = part.map((amount, task) => (amount - value * whole[task]!) / center);
  const { low, high } = meanOver(residuals, tasks, confidence);
  const share = value >= 0 && value <= 1;
  return {
    value,
    low: share ? Math.max(0, value + low) : value + low,
    high: share ? Math.min(1, value + high) : value + high,
    confidence,
  };
}
