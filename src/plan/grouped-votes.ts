// Samples of one agent that stood in groups: what a group shares is told apart from what makes a task hard.

import { betaMasses } from "../calibrate/estimators/beta-law.ts";
import type { Column } from "../records/answer-table.ts";
import { inOrder, samplesOf, usualSamples, type VoteKey } from "./vote-keys.ts";
import { agreeing, fitLaw, rightAgree, unparsedAmongFailed, type VoteMixture } from "./vote-mixture.ts";

/**
 * The law of p over tasks (`fitVotes`) where samples of a task stood in groups, and with probability ρ all answers of a group were
 * one shared answer: what the group shares is taken out, so that it can be put back once, at every node that reads. Right
 * and wrong are told apart, wrong answers are not (θ = 0).
 *
 * @param rhoWithin  ρ in [0, 1)
 * @param rhoTask    correlation of isolated answers: that of the Beta law which the estimate starts from
 * @returns          undefined where grades are no 0 and 1, or no task has two samples
 */
export function fitGroupedVotes(
  column: Column,
  tasks: ArrayLike<number>,
  { rhoWithin, rhoTask, seed }: { readonly rhoWithin: number; readonly rhoTask: number; readonly seed: number },
): VoteMixture | undefined {
  const found = groupKeys(column, tasks);
  if (!found?.repeated) return undefined;
  const { keys } = found;
  const samples = keys.reduce((sum, key) => sum + key.tasks * samplesOf(key), 0);
  const center = keys.reduce((sum, key) => sum + key.tasks * key.right, 0) / samples;
  const strength = 1 / Math.max(0.001, Math.min(0.9, rhoTask)) - 1;
  const beta = [Math.max(1e-3, center * strength), Math.max(1e-3, (1 - center) * strength)] as const;
  const masses = betaMasses(agreeing.accuracies, ...beta);
  const likelihood = groupLikelihoods(keys, agreeing.accuracies, rhoWithin);
  return {
    ...found,
    ...fitLaw(found, { likelihood, start: masses, parametric: masses }, seed),
    grid: agreeing,
    rights: rightAgree,
    samples: usualSamples(keys),
    answersKnown: false,
    ...unparsedAmongFailed(keys),
    beta,
  };
}

/** Right answers of each group of one task, samples without a group as groups of one. */
interface GroupKey extends VoteKey {
  readonly groups: readonly (readonly [samples: number, right: number])[];
}

/** Keys of the tasks that the column answered; `undefined` where there are other grades than 0 and 1. */
function groupKeys({ start, grade, value, group }: Column, tasks: ArrayLike<number>) {
  const found = new Map<string, GroupKey>();
  const texts: string[] = [];
  for (let i = 0; i < tasks.length; i++) {
    const counts = new Map<number, [samples: number, right: number]>();
    let unparsed = 0;
    for (let at = start[tasks[i]!]!; at < start[tasks[i]! + 1]!; at++) {
      if (Number.isNaN(grade[at]!)) continue;
      if (grade[at] !== 0 && grade[at] !== 1) return undefined;
      if (grade[at] === 0 && value[at]! < 0) unparsed++;
      const together = group[at]! < 0 ? -1 - at : group[at]!;
      const [samples, right] = counts.get(together) ?? [0, 0];
      counts.set(together, [samples + 1, right + grade[at]!]);
    }
    const groups = [...counts.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const text = groups.length === 0 ? "" : `${groups.map(([n, right]) => `${right}/${n}`).join(" ")} ${unparsed}`;
    texts.push(text);
    if (text === "") continue;
    const right = groups.reduce((sum, one) => sum + one[1], 0);
    const wrong = groups.reduce((sum, one) => sum + one[0], 0) - right - unparsed;
    const key = { groups, right, wrong: wrong > 0 ? [wrong] : [], unparsed, tasks: 1 };
    found.set(text, { ...key, tasks: (found.get(text)?.tasks ?? 0) + 1 });
  }
  return inOrder(texts, found);
}

/** Π over groups of (1 − ρ) p^k (1 − p)^(n−k) + ρ p [k = n] + ρ (1 − p) [k = 0], the largest of a row 1. */
function groupLikelihoods(keys: readonly GroupKey[], accuracies: Float64Array, rho: number): Float64Array {
  const size = accuracies.length;
  const all = new Float64Array(keys.length * size);
  const known = new Map<string, Float64Array>(); // few kinds of groups make up many keys
  const logOf = (samples: number, right: number) => {
    const kind = `${right}/${samples}`;
    const made =
      known.get(kind) ??
      accuracies.map((p) =>
        Math.log(
          (1 - rho) * p ** right * (1 - p) ** (samples - right) +
            (right === samples ? rho * p : 0) +
            (right === 0 ? rho * (1 - p) : 0),
        ),
      );
    known.set(kind, made);
    return made;
  };
  keys.forEach(({ groups }, row) => {
    const logs = new Float64Array(size);
    for (const [samples, right] of groups)
      logOf(samples, right).forEach((log, g) => {
        logs[g]! += log;
      });
    const largest = Math.max(...logs);
    logs.forEach((log, g) => {
      all[row * size + g] = Math.exp(log - largest);
    });
  });
  return all;
}
