// The best that the same money could buy if one knew beforehand who is right on which task.

/** A team that could be bought on a task. */
interface Choice {
  readonly cost: number;
  readonly right: number;
}

/**
 * Accuracy of the best allocation with a mean cost of at most `budget`, known only in hindsight: on each task the cheapest
 * agent or team that is right, where the money goes furthest. Tasks are offered the upper hull of (cost, expected outcome)
 * and the steps of all hulls are bought in order of accuracy per cost (linear relaxation: the last may be a part).
 *
 * @param choices  per agent or team, per task: expected outcome and cost; without a known cost it is not offered
 */
export function oracleAccuracy(
  choices: readonly { readonly right: Float64Array; readonly cost: Float64Array }[],
  budget: number,
): number {
  const tasks = choices[0]?.right.length ?? 0;
  const steps: Choice[] = [];
  for (let t = 0; t < tasks; t++) {
    const here = choices
      .map(({ right, cost }) => ({ cost: cost[t]!, right: right[t]! }))
      .filter(({ cost, right }) => !Number.isNaN(cost) && right > 0);
    steps.push(...hullSteps(here));
  }
  let money = budget * tasks;
  let right = 0;
  for (const step of steps.sort((a, b) => b.right * a.cost - a.right * b.cost)) {
    const share = step.cost <= money ? 1 : money / step.cost;
    right += share * step.right;
    money -= share * step.cost;
    if (share < 1) break;
  }
  return tasks === 0 ? 0 : right / tasks;
}

/** Increments along the upper concave hull from (0, 0), steepest first. */
function hullSteps(choices: readonly Choice[]): Choice[] {
  const hull: Choice[] = [{ cost: 0, right: 0 }];
  for (const choice of [...choices].sort((a, b) => a.cost - b.cost || b.right - a.right)) {
    if (choice.right <= hull.at(-1)!.right) continue;
    while (hull.length > 1 && isBelow(hull.at(-2)!, hull.at(-1)!, choice)) hull.pop();
    hull.push(choice);
  }
  return hull.slice(1).map((point, i) => ({ cost: point.cost - hull[i]!.cost, right: point.right - hull[i]!.right }));
}

/** True where b lies on or under the line from a to c. */
function isBelow(a: Choice, b: Choice, c: Choice): boolean {
  return (b.right - a.right) * (c.cost - a.cost) <= (c.right - a.right) * (b.cost - a.cost);
}
