import { DomainError } from "../../errors.ts";
import { subsetMajorityAccuracy } from "../../theory/difficulty.ts";
import { requireInteger } from "../../theory/domain.ts";
import { effectiveRhoFromStar } from "../../theory/level-map.ts";
import type { Count } from "./counts.ts";
import type { Estimate } from "./estimate.ts";
import { jackknifeInterval, taskRows } from "./resample.ts";

/**
 * The ρ that the paper's map needs at fan-in b to turn one recorded vote into the recorded majority of b (derived, §3.3):
 *
 *   ρ_eff = (f_b(u) − out)/(f_b(u) − u),   u = 2p − 1,   out = 2·mean P(majority of b of the n votes right) − 1
 *
 * Pairs do not determine what a majority does: laws of equal pairwise correlation differ by a factor of up to 5 in ρ_eff.
 * Interval: leave one task out, Student t. Estimates outside [0, 1] are noise and are kept.
 *
 * @param counts  (votes, right) per task, or per group for what a node's own context shares; fewer than b votes are left out
 * @param fanIn   b ≥ 3, odd
 * @returns       NaN where the mean vote is a coin toss or always right: there every ρ gives the same majority
 * @throws        {DomainError} with fewer than 2 tasks of b votes
 */
export function effectiveCorrelation(counts: readonly Count[], fanIn: number, confidence: number): Estimate {
  requireInteger({ fanIn }, 3);
  const enough = counts.filter(([votes]) => votes >= fanIn);
  if (enough.length < 2)
    throw new DomainError("counts", `${enough.length} with ${fanIn} votes`, "with at least 2 such tasks");
  const rows = taskRows(
    enough.map(([votes, right]) => [subsetMajorityAccuracy(votes, right, fanIn), right / votes, 1]),
  );
  const statistic = ([majority, single, tasks]: ArrayLike<number> & Iterable<number>): readonly [number] => {
    const received = (2 * single!) / tasks! - 1;
    if (received === 0 || Math.abs(received) === 1) return [Number.NaN];
    return [effectiveRhoFromStar(received, Math.min(1, Math.max(-1, (2 * majority!) / tasks! - 1)), fanIn)];
  };
  return jackknifeInterval(rows, statistic, confidence)[0]!;
}
