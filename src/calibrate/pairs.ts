import type { Column } from "../records/answer-table.ts";
import type { Measured } from "../theory/interval.ts";
import type { GradedColumn } from "./agents.ts";
import type { PairCalibration } from "./calibration.ts";
import { clampInterval } from "./estimators/estimate.ts";
import { pairPhi } from "./estimators/pair-phi.ts";
import { wilsonInterval } from "./estimators/task-mean.ts";

/** Correlated errors of every two agents: 561 pairs of 28,000 tasks take a fraction of a second. */
export function calibratePairs(
  columns: readonly GradedColumn[],
  tasks: Uint32Array,
  confidence: number,
): readonly PairCalibration[] {
  const wrong = columns.map(({ column }) => (column.answersKnown ? firstWrongAnswers(column, tasks) : undefined));
  return columns.flatMap((a, i) =>
    columns.slice(i + 1).map((b, offset): PairCalibration => {
      const names = { a: a.column.name, b: b.column.name };
      const { tasks: shared, phi } = pairPhi(a.shares, b.shares, confidence);
      return {
        ...names,
        tasks: shared,
        phi: Number.isNaN(phi.value)
          ? {
              notMeasured:
                shared < 2
                  ? `"${names.a}" and "${names.b}" share ${shared === 1 ? "one task" : "no task"}`
                  : `"${names.a}" or "${names.b}" is always right or always wrong on the ${shared} tasks both answered`,
              probe: "record both agents on the same tasks, hard and easy ones",
            }
          : clampInterval(phi, -1, 1),
        sameWrong: sameWrong(names, wrong[i], wrong[i + 1 + offset], confidence),
      };
    }),
  );
}

const noWrongAnswer = -1;

/** Code of the first sample's answer per task where it is wrong. */
function firstWrongAnswers({ start, value, grade }: Column, tasks: Uint32Array): Int32Array {
  return Int32Array.from(tasks, (task) => {
    const first = start[task]!;
    return first < start[task + 1]! && grade[first]! < 0.5 ? value[first]! : noWrongAnswer;
  });
}

/** Of the tasks both got wrong with a parsable answer (first samples), the share with the same one. */
function sameWrong(
  { a, b }: { readonly a: string; readonly b: string },
  wrongOfA: Int32Array | undefined,
  wrongOfB: Int32Array | undefined,
  confidence: number,
): Measured {
  if (!wrongOfA || !wrongOfB)
    return {
      notMeasured: `only right or wrong is known of "${wrongOfA ? b : a}", so wrong answers are taken to agree`,
      probe: "record the answers themselves (field `answer`)",
    };
  let both = 0;
  let same = 0;
  for (let t = 0; t < wrongOfA.length; t++) {
    const answer = wrongOfA[t]!;
    const other = wrongOfB[t]!;
    if (answer < 0 || other < 0) continue;
    both++;
    if (answer === other) same++;
  }
  if (both === 0)
    return {
      notMeasured: `"${a}" and "${b}" never gave a wrong answer to the same task`,
      probe: "record both agents on harder tasks",
    };
  return wilsonInterval(same / both, both, both - 1, confidence);
}
