// The definitions of the data's own stats.json, written down once more from their words: what the import is checked against.
import type { AnswerTable, Column } from "../../src/records/answer-table.ts";
import { random } from "../../src/theory/random.ts";

/** Samples of one agent on one task: how many, how many right, their answers (undefined: not recorded). */
export interface Cell {
  readonly samples: number;
  readonly right: number;
  readonly answers: readonly (number | null)[];
}

/** One agent's cells by task. */
export type Cells = ReadonlyMap<number, Cell>;

export function cellsOf(column: Column): Cells {
  const cells = new Map<number, Cell>();
  for (let task = 0; task + 1 < column.start.length; task++) {
    const from = column.start[task]!;
    const to = column.start[task + 1]!;
    if (from === to) continue;
    const grades = column.grade.subarray(from, to);
    const answers = Array.from(column.value.subarray(from, to), (code) => (code < 0 ? null : code));
    cells.set(task, { samples: to - from, right: grades.reduce((sum, grade) => sum + grade, 0), answers });
  }
  return cells;
}

export const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const share = ({ samples, right }: Cell): number => right / samples;

/** P_a: mean over the agent's tasks of its share of right samples. */
export const accuracy = (cells: Cells): number => mean([...cells.values()].map(share));

const shared = (a: Cells, b: Cells): number[] => [...a.keys()].filter((task) => b.has(task));

/** φ of two agents over the tasks both have; undefined below 30 of them, or where one is always right or always wrong. */
export function phi(a: Cells, b: Cells): number | undefined {
  const tasks = shared(a, b);
  if (tasks.length < 30) return undefined;
  const x = tasks.map((task) => share(a.get(task)!));
  const y = tasks.map((task) => share(b.get(task)!));
  const [px, py] = [mean(x), mean(y)];
  const spread = px * (1 - px) * py * (1 - py);
  if (spread <= 0) return undefined;
  return (mean(x.map((one, i) => one * y[i]!)) - px * py) / Math.sqrt(spread);
}

/** ρ between two random samples of one agent on one task; undefined without tasks of two samples, or at P in {0, 1}. */
export function withinRho(cells: Cells): number | undefined {
  const repeated = [...cells.values()].filter(({ samples }) => samples >= 2);
  if (repeated.length === 0) return undefined;
  const p = mean(repeated.map(share));
  if (p <= 0 || p >= 1) return undefined;
  const both = mean(repeated.map(({ samples: n, right: c }) => (c * (c - 1)) / (n * (n - 1))));
  return (both - p * p) / (p * (1 - p));
}

/** Cells with at least n samples, of agents that were asked repeatedly and have n samples on 80 % of their tasks. */
export function curveCells(cells: Cells, n: number): Cells | undefined {
  if (![...cells.values()].some(({ samples }) => samples > 1)) return undefined;
  const enough = new Map([...cells].filter(([, { samples }]) => samples >= n));
  return enough.size > 0 && enough.size >= 0.8 * cells.size ? enough : undefined;
}

function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let result = 1;
  for (let i = 1; i <= k; i++) result *= (n - k + i) / i;
  return result;
}

/** P(more than half of n samples drawn without replacement are right). */
export function binaryMajority({ samples, right }: Cell, n: number): number {
  let sum = 0;
  for (let k = Math.floor(n / 2) + 1; k <= n; k++) sum += choose(right, k) * choose(samples - right, n - k);
  return sum / choose(samples, n);
}

/** P(at least one of n samples drawn without replacement is right). */
export const anyRight = ({ samples, right }: Cell, n: number): number =>
  1 - choose(samples - right, n) / choose(samples, n);

/** Share of the most frequent answers that are right: the expectation under a random tie-break. No answer: wrong. */
export function plurality(answers: readonly (number | null)[], isRight: (answer: number) => boolean): number {
  const counts = new Map<number, number>();
  for (const answer of answers) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const winners = [...counts].filter(([, count]) => count === most).map(([answer]) => answer);
  return winners.length === 0 ? 0 : winners.filter(isRight).length / winners.length;
}

/** {@link plurality} of n samples drawn without replacement: exact for 1 and for all, else the mean of 400 draws. */
export function sampledPlurality(cell: Cell, n: number, isRight: (answer: number) => boolean, seed: string): number {
  if (n === 1) return mean(cell.answers.map((answer) => plurality([answer], isRight)));
  if (n === cell.samples) return plurality(cell.answers, isRight);
  const next = random(seed);
  const answers = [...cell.answers];
  let sum = 0;
  for (let draw = 0; draw < 400; draw++) {
    for (let i = 0; i < n; i++) {
      const j = i + Math.floor(next() * (answers.length - i));
      [answers[i], answers[j]] = [answers[j]!, answers[i]!];
    }
    sum += plurality(answers.slice(0, n), isRight);
  }
  return sum / 400;
}

/** Agents that have at least 95 % of the tasks, and the tasks that all of them have. */
export function core(agents: readonly Cells[], tasks: number): { agents: Cells[]; tasks: number[] } {
  const covering = agents.filter((cells) => cells.size >= 0.95 * tasks);
  const [first, ...others] = covering;
  return {
    agents: covering,
    tasks: [...(first?.keys() ?? [])].filter((task) => others.every((cells) => cells.has(task))),
  };
}

/** P(k > A/2) + P(k = A/2)/2, k right agents of A, independent given the task. */
export function majorityOf(shares: readonly number[]): number {
  let chances = [1];
  for (const p of shares) {
    const next = new Array<number>(chances.length + 1).fill(0);
    chances.forEach((chance, k) => {
      next[k]! += chance * (1 - p);
      next[k + 1]! += chance * p;
    });
    chances = next;
  }
  const half = shares.length / 2;
  return chances.reduce((sum, chance, k) => sum + (k > half ? chance : k === half ? chance / 2 : 0), 0);
}

export const shareOn = (cells: Cells, task: number): number => share(cells.get(task)!);

/** Over pairs and shared tasks: both first samples wrong and read; how often so, and how often they agree. */
export function sameWrong(agents: readonly Cells[], isRight: (task: number, answer: number) => boolean) {
  let both = 0;
  let same = 0;
  for (const [i, a] of agents.entries())
    for (const b of agents.slice(i + 1))
      for (const task of shared(a, b)) {
        const x = a.get(task)!.answers[0]!;
        const y = b.get(task)!.answers[0]!;
        if (x === null || y === null || isRight(task, x) || isRight(task, y)) continue;
        both++;
        if (x === y) same++;
      }
  return { both, share: same / both };
}

/** Right answers by task: code 0 where gold is known, else what was recorded as right. */
export function rightAnswers(table: AnswerTable, goldKnown: (task: string) => boolean): ReadonlySet<number>[] {
  return table.tasks.map((task, t) => {
    const right = new Set<number>();
    if (goldKnown(task)) return right.add(0);
    for (const { start, value, grade } of table.columns)
      for (let i = start[t]!; i < start[t + 1]!; i++) if (grade[i] === 1 && value[i]! >= 0) right.add(value[i]!);
    return right;
  });
}
