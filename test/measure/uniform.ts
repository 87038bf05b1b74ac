// Uniform probing, the yardstick: every task is asked everything on the menu equally often, until the same rule says stop.
import type { Advice } from "../../src/plan/plan-types.ts";
import type { Attempt } from "../../src/records/attempt.ts";
import { Inventory } from "../../src/run/measure/inventory.ts";
import { judge, lookAt } from "../../src/run/measure/look.ts";
import { confidencePerLook } from "../../src/run/measure/looks.ts";
import type { MeasureOptions } from "../../src/run/measure/measure.ts";
import type { Asker } from "../../src/run/measure/probe.ts";

export interface UniformLook {
  readonly tasks: number;
  readonly tokens: number;
  readonly advice: Advice;
  /** True where the rule of `measure` would stop. */
  readonly ended: boolean;
}

/** Tasks in their order, so many times more at every look, to the end of the budget; where it would have stopped is told. */
export async function uniform(
  asker: Asker,
  { tasks, columns, config, budget, perTask, seed = 1, confidence = 0.9, worth = 0.01, expectedCost }: MeasureOptions,
  { pilotTasks = 40, growth = 1.5, messageTokens = [16, 64, 256] } = {},
): Promise<readonly UniformLook[]> {
  const inventory = new Inventory(({ tokensIn = 0, tokensOut = 0 }) => tokensIn + tokensOut, expectedCost);
  const price = (asking: (typeof columns)[number]) =>
    expectedCost({ kind: "answer", ...asking, task: "", sample: 0 }, "tokens");
  const base = columns.reduce((a, b) => (price(b) < price(a) ? b : a));
  const attempts: Attempt[] = [];
  const looks: UniformLook[] = [];
  let tokens = 0;
  const counts: number[] = [];
  for (const n of [10, 15, 22, 30]) counts.push(n); // fewer than a first look needs: where they are enough, the curve should show it
  for (let n = pilotTasks; n <= tasks.length && counts.length < 16; n = Math.ceil(n * growth)) counts.push(n);
  const sure = confidencePerLook(confidence, counts.slice(4));
  for (const n of counts) {
    const probes = tasks
      .slice(0, n)
      .flatMap((task) => [
        ...columns.flatMap((column) =>
          inventory.missingAnswers(column, task, 3 * price(column) <= perTask.amount ? 3 : 1),
        ),
        ...inventory.missingGroups(base, task, 3, 2),
        ...messageTokens.flatMap((length) => inventory.missingRelays(base.agent, task, length, 1)),
      ]);
    const asked = await asker.ask(probes);
    inventory.add(asked.attempts);
    attempts.push(...asked.attempts);
    tokens += asked.spent.tokens;
    const options = { config, perTask, confidence, seed, needsReading: false };
    const look = lookAt(attempts, options, { readers: false, sure, worth });
    const { advice, settled, equal } = judge(look, { confidence, sure, worth });
    looks.push({ tasks: n, tokens, advice, ended: n >= pilotTasks && (settled || equal) });
    if (tokens >= budget.amount) break;
  }
  return looks;
}
