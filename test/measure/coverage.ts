// Do the intervals hold the truth nine times in ten, where `measure` decided what is bought and when to stop?

import { knownFrom } from "../../src/run/measure/known.ts";
import { measure } from "../../src/run/measure/measure.ts";
import { scriptedAsker } from "../../src/run/measure/scripted-asker.ts";
import { scriptedConfig, scriptedTasks } from "../../src/simulate/scripted.ts";
import { fidelityExponential } from "../../src/theory/fidelity.ts";
import { isMeasured } from "../../src/theory/interval.ts";
import { askings, expectedTokens, type World } from "./worlds.ts";

export interface ParameterHeld {
  readonly name: string;
  readonly truth: number;
  readonly inside: number;
  readonly below: number;
  readonly above: number;
  readonly notMeasured: number;
  readonly widthMedian: number;
}

export interface Held {
  readonly world: string;
  readonly seeds: number;
  readonly tokensMean: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly parameters: readonly ParameterHeld[];
}

/** β, γ(m), ρ_task and ρ_within by what was bought, seed after seed. */
export async function measureHeld(
  { name, truth, perTask }: World,
  firstSeed: number,
  seeds: number,
  budgetTokens: number,
): Promise<Held> {
  const truths = new Map<string, number>([
    ["rhoTask", truth.rhoTask],
    ["rhoWithin", truth.groups.rhoWithin],
    ...truth.relays.messageTokens.map((m): [string, number] => [`fidelity ${m}`, fidelityExponential(m, truth.relays)]),
    ...truth.agents.flatMap(({ name, skill }): [string, number][] =>
      "beta" in skill ? [[`beta ${name}`, skill.beta]] : [],
    ),
  ]);
  const found = new Map(
    [...truths.keys()].map((key) => [key, { inside: 0, below: 0, above: 0, notMeasured: 0, widths: [] as number[] }]),
  );
  const statuses: Record<string, number> = {};
  let tokens = 0;
  for (let seed = firstSeed; seed < firstSeed + seeds; seed++) {
    const { calibration, spent, status } = await measure(scriptedAsker(truth, seed), {
      ...{
        tasks: scriptedTasks(truth, seed).map(({ taskId }) => taskId),
        columns: askings(truth),
        config: scriptedConfig(truth),
      },
      ...{ perTask, seed, expectedCost: expectedTokens(truth), messageTokens: truth.relays.messageTokens },
      budget: { amount: budgetTokens, unit: "tokens" },
    });
    tokens += spent.tokens;
    statuses[status] = (statuses[status] ?? 0) + 1;
    const known = new Map(
      knownFrom(calibration).map(({ quantity, of, measured }) => [
        of === undefined ? quantity : `${quantity} ${of}`,
        measured,
      ]),
    );
    for (const [key, value] of truths) {
      const measured = known.get(key);
      const one = found.get(key)!;
      if (!measured || !isMeasured(measured)) one.notMeasured++;
      else {
        if (measured.high < value) one.below++;
        else if (measured.low > value) one.above++;
        else one.inside++;
        one.widths.push(measured.high - measured.low);
      }
    }
  }
  return {
    ...{ world: name, seeds, tokensMean: tokens / seeds, statuses },
    parameters: [...found].map(([key, { widths, ...counts }]) => ({
      ...{ name: key, truth: truths.get(key)!, ...counts },
      widthMedian: widths.sort((a, b) => a - b)[Math.floor(widths.length / 2)] ?? Number.NaN,
    })),
  };
}
