import { DomainError } from "../../errors.ts";
import { requireInteger, requireInterval } from "../../theory/domain.ts";

/**
 * Votes of one task, or of one group of a task: how many there were and how many of them were right. Of grades between 0
 * and 1 `right` is the sum, and `squares` the sum of squares (by default right and wrong only: the same number).
 */
export type Count = readonly [votes: number, right: number, squares?: number];

/**
 * @throws {DomainError} for counts that are none, and with fewer than 2 tasks or no task of two votes: neither tells how
 *                       votes depend on each other
 */
export function requirePairs(counts: readonly Count[]): void {
  requireCounts(counts);
  if (counts.length < 2) throw new DomainError("counts.length", counts.length, "at least 2 tasks");
  if (counts.some(([votes]) => votes > 1)) return;
  throw new DomainError("counts", "one vote per task", "with at least one task of two votes");
}

/** At least one vote, and no more right ones than votes. Of grades `right` need not be whole. */
export function requireCounts(counts: readonly Count[]): void {
  for (const [votes, right] of counts) {
    requireInteger({ votes }, 1);
    requireInterval({ right }, 0, votes);
  }
}

/** The number that most of these are; of equally frequent ones the larger; 0 of none. */
export function mostCommon(counts: Iterable<number>): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  let [best, most] = [0, 0];
  for (const [count, found] of times)
    if (found > most || (found === most && count > best)) [best, most] = [count, found];
  return best;
}

/** Equal counts together, each with the number of tasks that have it: likelihoods are sums over these. */
export function tally(counts: readonly Count[]): readonly { votes: number; right: number; tasks: number }[] {
  const seen = new Map<string, { votes: number; right: number; tasks: number }>();
  for (const [votes, right] of counts) {
    requireInteger({ votes }, 1);
    requireInteger({ right }, 0, votes);
    const known = seen.get(`${votes}/${right}`);
    if (known) known.tasks++;
    else seen.set(`${votes}/${right}`, { votes, right, tasks: 1 });
  }
  return [...seen.values()];
}
