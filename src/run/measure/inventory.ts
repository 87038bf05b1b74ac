// What has been asked already, so that nothing is bought twice and the next sample has the next number.

import { memberName } from "../../organizations/cast.ts";
import type { CostUnit } from "../../plan/plan-types.ts";
import type { Attempt } from "../../records/attempt.ts";
import type { AnswerProbe, Asking, RelayProbe } from "./probe.ts";

/** What one probe is expected to cost in a unit, before anything was asked; NaN where that cannot be said. */
export type ExpectedCost = (probe: AnswerProbe | RelayProbe, unit: CostUnit) => number;

interface Mean {
  count: number;
  sum: number;
}

export class Inventory {
  /** Lone answers by column and task: how many, and the next free number. */
  readonly #alone = new Map<string, Map<string, { count: number; next: number }>>();
  readonly #groups = new Map<string, Map<string, Set<string>>>();
  readonly #relays = new Map<string, Map<string, { count: number; next: number }>>();
  readonly #costs = new Map<string, Mean>();
  readonly #costOf: (attempt: Attempt, unit: CostUnit) => number;
  readonly #expected: ExpectedCost;

  constructor(costOf: (attempt: Attempt, unit: CostUnit) => number, expected: ExpectedCost) {
    this.#costOf = costOf;
    this.#expected = expected;
  }

  add(attempts: readonly Attempt[]): void {
    for (const attempt of attempts) {
      const { taskId, group, sample, messageTokens, received } = attempt;
      const name = memberName(attempt);
      if (received !== undefined) count(this.#relays, `${attempt.agent}/${messageTokens}`, taskId, sample);
      else if (attempt.role !== undefined && attempt.role !== "solve" && attempt.role !== "leaf") continue;
      else if (group === undefined) count(this.#alone, name, taskId, sample);
      else {
        const ofColumn = this.#groups.get(name) ?? new Map<string, Set<string>>();
        this.#groups.set(name, ofColumn);
        ofColumn.set(taskId, (ofColumn.get(taskId) ?? new Set()).add(group));
      }
      for (const unit of ["tokens", "calls", "usd", "seconds"] as const) {
        const cost = this.#costOf(attempt, unit);
        if (Number.isNaN(cost)) continue;
        const key = costKey(received === undefined ? name : `${attempt.agent}/${messageTokens}`, unit);
        const mean = this.#costs.get(key) ?? { count: 0, sum: 0 };
        this.#costs.set(key, { count: mean.count + 1, sum: mean.sum + cost });
      }
    }
  }

  /** Lone answers of this column to this task. */
  samples(column: string, task: string): number {
    return this.#alone.get(column)?.get(task)?.count ?? 0;
  }

  /** Tasks with an answer of this column. */
  tasksOf(column: string): number {
    return this.#alone.get(column)?.size ?? 0;
  }

  relays(agent: string, messageTokens: number): number {
    return this.#relays.get(`${agent}/${messageTokens}`)?.size ?? 0;
  }

  groupTasks(column: string): number {
    return this.#groups.get(column)?.size ?? 0;
  }

  /** Lone answers that this task lacks until there are so many. */
  missingAnswers(asking: Asking, task: string, samples: number): AnswerProbe[] {
    const { count = 0, next = 0 } = this.#alone.get(memberName(asking))?.get(task) ?? {};
    return Array.from({ length: Math.max(0, samples - count) }, (_, i) => ({
      ...{ kind: "answer", task, sample: next + i },
      agent: asking.agent,
      ...(asking.level !== undefined && { level: asking.level }),
    }));
  }

  /** Groups of so many answers that this task lacks until there are so many groups. */
  missingGroups(asking: Asking, task: string, groups: number, size: number): AnswerProbe[] {
    const there = this.#groups.get(memberName(asking))?.get(task)?.size ?? 0;
    return Array.from({ length: Math.max(0, groups - there) }, (_, g) =>
      Array.from(
        { length: size },
        (_, sample): AnswerProbe => ({
          ...{ kind: "answer", task, sample, group: `together-${there + g + 1}` },
          agent: asking.agent,
          ...(asking.level !== undefined && { level: asking.level }),
        }),
      ),
    ).flat();
  }

  missingRelays(agent: string, task: string, messageTokens: number, relays: number): RelayProbe[] {
    const { count = 0, next = 0 } = this.#relays.get(`${agent}/${messageTokens}`)?.get(task) ?? {};
    return Array.from({ length: Math.max(0, relays - count) }, (_, i) => ({
      ...{ kind: "relay", agent, task, messageTokens, sample: next + i },
    }));
  }

  /** Mean of what such probes have cost, else what is expected. */
  cost(probe: AnswerProbe | RelayProbe, unit: CostUnit): number {
    const name = probe.kind === "answer" ? memberName(probe) : `${probe.agent}/${probe.messageTokens}`;
    const mean = this.#costs.get(costKey(name, unit));
    return mean ? mean.sum / mean.count : this.#expected(probe, unit);
  }
}

const costKey = (name: string, unit: CostUnit) => `${unit} ${name}`;

function count(
  of: Map<string, Map<string, { count: number; next: number }>>,
  name: string,
  task: string,
  sample: number,
) {
  const ofName = of.get(name) ?? new Map<string, { count: number; next: number }>();
  of.set(name, ofName);
  const known = ofName.get(task) ?? { count: 0, next: 0 };
  ofName.set(task, { count: known.count + 1, next: Math.max(known.next, sample + 1) });
}
