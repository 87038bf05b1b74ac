// Calls that bring no answer, and teams that end without one: counted apart from wrong answers.

import { clampShare } from "../calibrate/estimators/estimate.ts";
import { taskShareInterval } from "../calibrate/estimators/task-mean.ts";
import { formOf, ruleOf, type Team } from "../organizations/team.ts";
import { type AnswerTable, type Column, findColumn } from "../records/answer-table.ts";
import type { Outcomes } from "../simulate/outcomes.ts";
import { outcomesCached } from "../simulate/replay.ts";
import type { Measured, NotMeasured } from "../theory/interval.ts";
import { meanOfKnown, pick } from "./choose.ts";
import { silentShares } from "./costs.ts";
import type { Silence } from "./plan-types.ts";
import { whenRead } from "./when-read.ts";

/** Expected calls of one agent to each task. */
export interface Caller {
  readonly column: Column;
  readonly calls: Float64Array;
}

/** Who was asked in a replay, on these tasks. */
export function callersOf({ asked = [] }: Outcomes, table: AnswerTable, tasks: Uint32Array): Caller[] {
  return asked.map(({ name, calls }) => ({ column: findColumn(table, name)!, calls: pick(calls, tasks) }));
}

/**
 * Of a team of these callers: mean over tasks of the share of its calls to the task that are unparsed, or truncated, as
 * often as those of each agent were; and how often it gives no answer at all. Each worked out when it is first read.
 *
 * @param unanswered  P(no answer) on each task, or what is known of its mean
 */
export function silenceOf(
  callers: readonly Caller[],
  tasks: Uint32Array,
  unanswered: Float64Array | Measured,
  confidence: number,
): Silence {
  const share = (word: "unparsed" | "truncated") => {
    const [silent, all] = [new Float64Array(tasks.length), new Float64Array(tasks.length)];
    for (const { column, calls } of callers) {
      const shares = silentShares(column, word);
      for (let t = 0; t < tasks.length; t++) {
        if (calls[t] === 0) continue; // who is not asked need not be recorded
        silent[t]! += calls[t]! * shares[tasks[t]!]!;
        all[t]! += calls[t]!;
      }
    }
    return taskShareInterval(
      silent.map((sum, t) => sum / all[t]!),
      confidence,
    );
  };
  const names = (unknown: (column: Column) => boolean) => [
    ...new Set(callers.filter(({ column }) => unknown(column)).map(({ column }) => column.name)),
  ];
  const mute = () => names(({ answersKnown, statusKnown }) => !answersKnown && !statusKnown);
  return whenRead<Silence>({
    unparsed() {
      const unknown = mute();
      return unknown.length > 0 ? onlyGraded(unknown) : share("unparsed");
    },
    truncated() {
      const unknown = names(({ statusKnown }) => !statusKnown);
      return unknown.length > 0 ? noStatus(unknown) : share("truncated");
    },
    unanswered() {
      const unknown = mute();
      if (unknown.length > 0) return onlyGraded(unknown);
      return unanswered instanceof Float64Array ? taskShareInterval(unanswered, confidence) : unanswered;
    },
  });
}

const onlyGraded = (names: readonly string[]): NotMeasured => ({
  notMeasured: `only right or wrong is recorded of ${names.join(", ")}`,
  probe: "record the field answer, null where none could be parsed, or the field status",
});

const noStatus = (names: readonly string[]): NotMeasured => ({
  notMeasured: `no attempt of ${names.join(", ")} says how it ended`,
  probe: "record the field status: ok, truncated, unparsed, refused or failed",
});

/** Nobody recorded whether those who read answer. */
export const silenceOfReaders: NotMeasured = {
  notMeasured: "whether readers give an answer was never recorded",
  probe: "run the team, and record what its readers answer",
};

/**
 * How often `calls` answers of one agent are all none, so that no rule finds one among them. Where as many were recorded,
 * C(u, n)/C(r, n) on each task; beyond, the beta-binomial of the same first two moments, at most what the recorded ones
 * give, as more answers are never all none more often. A vote that needs a quorum is replayed, where it can be.
 *
 * @param column  of `table`, the team's only member
 */
export function silentVotes(
  team: Team,
  table: AnswerTable,
  { start, value }: Column,
  tasks: Uint32Array,
  confidence: number,
): Float64Array | Measured {
  const calls = formOf(team).bound(team).steps;
  const recorded = Uint32Array.from(tasks, (task) => start[task + 1]! - start[task]!);
  const silent = Uint32Array.from(tasks, (task) => {
    let none = 0;
    for (let at = start[task]!; at < start[task + 1]!; at++) if (value[at]! < 0) none++;
    return none;
  });
  const allOf = (n: number) => Float64Array.from(recorded, (all, t) => allSilent(silent[t]!, all, n));
  const isRecorded = recorded.filter((all) => all >= calls).length >= 0.8 * tasks.length;
  if (ruleOf(team).quorum)
    return isRecorded ? pick(outcomesCached(team, table, { seed: 1 }).unanswered, tasks) : noQuorum(calls);
  if (isRecorded) return allOf(calls);
  const most = taskShareInterval(
    Float64Array.from(recorded, (all, t) => allSilent(silent[t]!, all, Math.min(all, calls))),
    confidence,
  );
  const [mean, pairs] = [meanOfKnown(allOf(1)), meanOfKnown(allOf(2))];
  const rho = mean > 0 && mean < 1 ? clampShare((pairs - mean * mean) / (mean * (1 - mean))) : 0;
  let expected = mean;
  for (let i = 1; i < calls; i++) expected *= (mean * (1 - rho) + i * rho) / (1 - rho + i * rho);
  return { value: Math.min(expected, most.high), low: 0, high: most.high, confidence };
}

const noQuorum = (calls: number): NotMeasured => ({
  notMeasured: "how often too few of more answers than were recorded agree is not forecast",
  probe: `record ${calls} samples per task`,
});

/** P(n of `all` answers, drawn without replacement, are among the `silent` ones); NaN where fewer were recorded. */
function allSilent(silent: number, all: number, n: number): number {
  if (all < n || all === 0) return Number.NaN;
  let share = 1;
  for (let i = 0; i < n && share > 0; i++) share *= Math.max(0, silent - i) / (all - i);
  return share;
}
