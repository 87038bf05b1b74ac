// How many tokens a decision takes, and how wrong it is: measuring where it matters against probing everything alike.
import { measure } from "../../src/run/measure/measure.ts";
import { scriptedAsker } from "../../src/run/measure/scripted-asker.ts";
import { scriptedConfig, scriptedTasks } from "../../src/simulate/scripted.ts";
import { truthOf } from "./truth.ts";
import { uniform } from "./uniform.ts";
import { askings, expectedTokens, type World } from "./worlds.ts";

/** One way to decide, over seeds. */
export interface Decided {
  readonly tokens: number;
  /** Mean of what the advised team lacks to the best, as a share of right answers, with its standard error. */
  readonly regret: number;
  readonly regretError: number;
  /** Share of seeds whose advice is of another kind than the best, and lacks more than a point. */
  readonly wrong: number;
}

export interface Decisions {
  readonly world: string;
  readonly best: { readonly team: string; readonly kind: string; readonly accuracy: number };
  readonly seeds: number;
  readonly measured: Decided & { readonly statuses: Readonly<Record<string, number>> };
  /** Uniform probing with the same stopping rule. */
  readonly uniformStopped: Decided;
  /** Uniform probing of a fixed number of tasks, by that number. */
  readonly uniformFixed: readonly (Decided & { readonly tasks: number })[];
  /** Tokens at which uniform probing of a fixed number of tasks is as good as what was measured; Infinity: never within the budget. */
  readonly uniformTokensAtEqualError: number;
}

interface Point {
  readonly tokens: number;
  readonly regret: number;
  readonly kind: string;
}

export async function compareDecisions(
  world: World,
  firstSeed: number,
  seeds: number,
  budgetTokens = 6e6,
): Promise<Decisions> {
  const { truth, perTask, name } = world;
  const known = await truthOf(world);
  const { best } = known;
  const points: Point[] = [];
  const stopped: Point[] = [];
  const fixed = new Map<number, Point[]>();
  const statuses: Record<string, number> = {};
  const regretOf = (team: string) => Math.max(0, best.accuracy - known.accuracyOf(team));
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const options = {
      ...{ tasks: scriptedTasks(truth, seed).map(({ taskId }) => taskId), columns: askings(truth) },
      ...{ config: scriptedConfig(truth), perTask, seed, expectedCost: expectedTokens(truth) },
      budget: { amount: budgetTokens, unit: "tokens" as const },
    };
    const found = await measure(scriptedAsker(truth, seed), options);
    statuses[found.status] = (statuses[found.status] ?? 0) + 1;
    points.push({ tokens: found.spent.tokens, regret: regretOf(found.advice.team), kind: found.advice.kind });
    const looks = await uniform(scriptedAsker(truth, seed), options);
    for (const { tasks, tokens, advice } of looks)
      fixed.set(tasks, [...(fixed.get(tasks) ?? []), { tokens, regret: regretOf(advice.team), kind: advice.kind }]);
    const end = looks.find(({ ended }) => ended) ?? looks.at(-1)!;
    stopped.push({ tokens: end.tokens, regret: regretOf(end.advice.team), kind: end.advice.kind });
  }
  const sum = (some: readonly Point[]) => summary(some, best.kind);
  const measured = { ...sum(points), statuses };
  const uniformFixed = [...fixed]
    .filter(([, some]) => some.length === seeds)
    .map(([tasks, some]) => ({ tasks, ...sum(some) }));
  return {
    ...{ world: name, best, seeds, measured, uniformStopped: sum(stopped), uniformFixed },
    uniformTokensAtEqualError: tokensAt(uniformFixed, measured.regret),
  };
}

const sortOf = (kind: string) => (kind === "single" || kind === "repeated" ? kind : "team");

function summary(points: readonly Point[], kind: string): Decided {
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const regret = mean((point) => point.regret);
  const spread = mean((point) => (point.regret - regret) ** 2);
  return {
    tokens: mean(({ tokens }) => tokens),
    regret,
    regretError: Math.sqrt(spread / points.length),
    wrong: mean((point) => Number(sortOf(point.kind) !== sortOf(kind) && point.regret > 0.01)),
  };
}

/** Where the regret of a fixed number of tasks falls to this, linear between the numbers on a scale of ln tokens. */
function tokensAt(fixed: readonly Decided[], regret: number): number {
  // what is reached with few tasks and lost with more was luck: from the end backwards
  let at = fixed.length;
  while (at > 0 && fixed[at - 1]!.regret <= regret) at--;
  if (at === fixed.length) return Number.POSITIVE_INFINITY;
  if (at === 0) return fixed[0]!.tokens;
  const [before, after] = [fixed[at - 1]!, fixed[at]!];
  const share = (before.regret - regret) / Math.max(1e-12, before.regret - after.regret);
  return Math.exp(Math.log(before.tokens) + share * Math.log(after.tokens / before.tokens));
}
