// The best that the same money could buy if one knew beforehand who is right on which task.

/** A team that could be bought on a task. */
interface Choice {
  readonly cost: number;
  readonly right: number;
}

/** Per agent or team, per task: expected outcome and cost; where a cost is not known it is not offered. */
export interface OracleChoice {
  readonly right: Float64Array;
  readonly cost: Float64Array;
}

/**
 * Accuracy of the best allocation with a mean cost of at most `budget`, known only in hindsight: on each task the cheapest
 * agent or team that is right, where the money goes furthest. Tasks are offered the upper hull of (cost, expected outcome)
 * and the steps of all hulls are bought in order of accuracy per cost (linear relaxation: the last may be a part).
 */
export function oracleAccuracy(choices: readonly OracleChoice[], budget: number): number {
  const values = oracleValues(choices, budget);
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The same by task: what it gets, less what it costs beyond the budget at the price λ of the last step that is bought (0 where
 * all are). Their mean is the accuracy of the allocation, and their scatter over tasks its scatter: where tasks are drawn anew
 * λ moves too, which changes nothing to first order, for at λ one task's money is worth another's.
 */
export function oracleValues(choices: readonly OracleChoice[], budget: number): Float64Array {
  const tasks = choices[0]?.right.length ?? 0;
  const steps = Array.from({ length: tasks }, (_, t) =>
    hullSteps(
      choices
        .map(({ right, cost }) => ({ cost: cost[t]!, right: right[t]! }))
        .filter(({ cost, right }) => !Number.isNaN(cost) && right > 0),
    ),
  );
  let money = budget * tasks;
  let price = 0;
  for (const { cost, right } of steps.flat().sort((a, b) => b.right * a.cost - a.right * b.cost)) {
    if (cost > money) {
      price = right / cost;
      break;
    }
    money -= cost;
  }
  return Float64Array.from(steps, (some) =>
    some.reduce((sum, { cost, right }) => sum + Math.max(0, right - price * cost), price * budget),
  );
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
