import { DomainError } from "../../errors.ts";
import { pairRow } from "./correlation-pairs.ts";
import { type Count, requireCounts } from "./counts.ts";
import type { Estimate } from "./estimate.ts";
import { jackknifeInterval, sumRows, type TaskRows, taskRows } from "./resample.ts";

/** Where the dependence of votes comes from (derived, §12). */
export interface NestedCorrelation<Value> {
  readonly accuracy: Value;
  /** Two votes of one group; 1 − ρ_total = (1 − ρ_task)(1 − ρ_within). */
  readonly total: Value;
  /** Two votes on one task from different groups: the tasks' difficulty. */
  readonly task: Value;
  /** What a group shares beyond its task: the ρ of the level map. */
  readonly within: Value;
}

/**
 * Splits the correlation of votes into task difficulty and errors shared within a group, from shares of right pairs in
 * the same group, in different groups of a task, and on different tasks:
 *
 *   ρ_total = (A_same − A_ind)/(p − A_ind),  ρ_task = (A_diff − A_ind)/(p − A_ind),  ρ_within = (A_same − A_diff)/(p − A_diff)
 *
 * @param groups  per task, the (votes, right) of each of its groups
 * @throws        {DomainError} with fewer than 2 tasks, no group of two votes, or no task of two groups
 */
export function correlationNested(groups: readonly (readonly Count[])[]): NestedCorrelation<number> {
  const [accuracy, total, task, within] = correlationOfNestedSums(sumRows(checkedRows(groups)));
  return { accuracy: accuracy!, total: total!, task: task!, within: within! };
}

/** The same with intervals: leave one task out, Student t. */
export function correlationNestedInterval(
  groups: readonly (readonly Count[])[],
  confidence: number,
): NestedCorrelation<Estimate> {
  const [accuracy, total, task, within] = jackknifeInterval(checkedRows(groups), correlationOfNestedSums, confidence);
  return { accuracy: accuracy!, total: total!, task: task!, within: within! };
}

function checkedRows(groups: readonly (readonly Count[])[]): TaskRows {
  if (groups.length < 2) throw new DomainError("groups.length", groups.length, "at least 2 tasks");
  for (const counts of groups) requireCounts(counts);
  const rows = taskRows(groups.map(nestedRow));
  const sums = sumRows(rows);
  if (!(sums[1]! > 0)) throw new DomainError("groups", "one vote per group", "with at least one group of two votes");
  if (!(sums[3]! > 0)) throw new DomainError("groups", "one group per task", "with at least one task of two groups");
  return rows;
}

const nestedWidth = 9;

/** Per task: right pairs and pairs within groups, the same across groups, right, votes, y, y², 1; zeros without votes. */
export function nestedRow(groups: readonly Count[]): number[] {
  if (groups.length === 0) return new Array<number>(nestedWidth).fill(0);
  const [rightPairs, pairs, right, votes, share, shareSquare, one] = pairRow(groups) as Seven;
  let rightAcross = right * right;
  let across = votes * votes;
  for (const [n, k] of groups) {
    rightAcross -= k * k;
    across -= n * n;
  }
  return [rightPairs, pairs, rightAcross, across, right, votes, share, shareSquare, one];
}

type Seven = [number, number, number, number, number, number, number];

/**
 * Accuracy, ρ_total, ρ_task, ρ_within of summed rows. Agents of different accuracy stand beside each other, `nestedWidth`
 * sums each: the shares of their pairs are averaged before the ratios are formed, so that differences between agents
 * are not mistaken for dependence.
 */
export function correlationOfNestedSums(sums: Float64Array): [number, number, number, number] {
  let same = 0;
  let different = 0;
  let independent = 0;
  let mean = 0;
  for (let at = 0; at < sums.length; at += nestedWidth) {
    same += sums[at]! / sums[at + 1]!;
    different += sums[at + 2]! / sums[at + 3]!;
    mean += sums[at + 4]! / sums[at + 5]!;
    const tasks = sums[at + 8]!;
    independent += (sums[at + 6]! * sums[at + 6]! - sums[at + 7]!) / (tasks * (tasks - 1));
  }
  return [
    (mean * nestedWidth) / sums.length,
    (same - independent) / (mean - independent),
    (different - independent) / (mean - independent),
    (same - different) / (mean - different),
  ];
}
