import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KnownError } from "../errors.ts";
import { memberName, membersOf } from "../organizations/cast.ts";
import type { Ended } from "../organizations/organization.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { organizationOf, paramsOf, type Team } from "../organizations/team.ts";
import { vote } from "../organizations/vote.ts";
import type { AnswerTable, Column } from "../records/answer-table.ts";
import { Config } from "../records/config.ts";
import { readAttempts } from "../records/read.ts";
import { tabulate } from "../records/tabulate.ts";
import { permutation, random } from "../theory/random.ts";
import type { OutcomeOptions, Outcomes } from "./outcomes.ts";
import { NotRecorded, outcomes, outcomesCached, replay } from "./replay.ts";
import { columnNames, scoresOf } from "./scores.ts";
import { stagedOutcomes } from "./staged.ts";
import { walkedOutcomes } from "./walked.ts";

/** A recorded answer of a test table: code (0 right, −1 unparsed), tokens, dollars, seconds. */
interface Cell {
  readonly code: number;
  readonly grade?: number;
  readonly tokens?: number;
  readonly usd?: number;
  readonly seconds?: number;
}

/** Columns by name, each with its answers by task. */
function tableOf(answers: Readonly<Record<string, readonly (readonly Cell[])[]>>): AnswerTable {
  const columns = Object.entries(answers).map(([name, tasks]): Column => {
    const cells = tasks.flat();
    const numbers = (of: (cell: Cell) => number) => Float64Array.from(cells, of);
    return {
      name,
      agent: name,
      answersKnown: true,
      start: Uint32Array.from([0, ...tasks.map((_, t) => tasks.slice(0, t + 1).flat().length)]),
      value: Int32Array.from(cells, ({ code }) => code),
      grade: numbers(({ code, grade = code === 0 ? 1 : 0 }) => grade),
      tokensIn: numbers(({ tokens = Number.NaN }) => tokens / 4),
      tokensOut: numbers(({ tokens = Number.NaN }) => (3 * tokens) / 4),
      usd: numbers(({ usd = Number.NaN }) => usd),
      seconds: numbers(({ seconds = Number.NaN }) => seconds),
      status: cells.map(({ code }) => (code < 0 ? "unparsed" : "ok")),
      group: new Int32Array(cells.length).fill(-1),
    };
  });
  const [first] = Object.values(answers);
  return { tasks: first!.map((_, t) => `task-${t}`), columns };
}

const codes = (...values: readonly number[]) => values.map((code): Cell => ({ code }));

/** Answers of five agents with random numbers of samples, some unparsed. */
function randomTable(seed: number, { tasks = 2, samplesMin = 5, samplesMax = 8 } = {}): AnswerTable {
  const next = random(seed, "table");
  const hardness = Array.from({ length: tasks }, next);
  const cell = (hard: number): Cell => {
    const code = next() < 0.15 ? -1 : next() < 0.9 - 0.7 * hard ? 0 : 2 + Math.floor(next() * 3);
    return { code, tokens: 50 + Math.floor(next() * 100), usd: next(), seconds: next() * 9 };
  };
  const column = () =>
    hardness.map((hard) => {
      const samples = samplesMin + Math.floor(next() * (samplesMax - samplesMin + 1));
      return Array.from({ length: samples }, () => cell(hard));
    });
  return tableOf({ a: column(), b: column(), c: column(), d: column(), e: column() });
}

/**
 * The reference: one run after another through `next`, each step taking a recorded answer without replacement. Steps of
 * one call of `next` are asked together and take as long as the slowest.
 */
function runOften(team: Team, table: AnswerTable, task: number, runs: number, options: Partial<OutcomeOptions> = {}) {
  const organization = organizationOf(team);
  const asked = membersOf(team.cast).map(memberName);
  const columns = table.columns.filter(({ name }) => asked.includes(name));
  const sums = {
    ...{ accuracy: [0, 0], unanswered: [0, 0], calls: [0, 0], tokensIn: [0, 0], tokensOut: [0, 0], tokens: [0, 0] },
    ...{ usd: [0, 0], seconds: [0, 0] },
  };
  for (let run = 0; run < runs; run++) {
    const next = random(7, team.text, task, run);
    const params = paramsOf(team, { seed: run, ...(options.weights && { weights: options.weights }) });
    const decks = new Map(
      columns.map((column) => [
        column.name,
        Array.from(permutation(column.start[task + 1]! - column.start[task]!, next), (i) => column.start[task]! + i),
      ]),
    );
    const ended = new Map<string, Ended>();
    const drawn = new Map<string, { column: Column; at: number }>();
    const once = { accuracy: 0, unanswered: 0, calls: 0, tokensIn: 0, tokensOut: 0, tokens: 0, usd: 0, seconds: 0 };
    for (;;) {
      const move = organization.next(params, ended);
      if ("answer" in move) {
        const graded = move.because.map((id) => drawn.get(id)!).map(({ column, at }) => column.grade[at]!);
        once.unanswered = move.answer === null ? 1 : 0;
        once.accuracy = graded.length === 0 ? 0 : graded.reduce((sum, grade) => sum + grade) / graded.length;
        break;
      }
      let slowest = 0;
      for (const step of move.ask) {
        if (ended.has(step.id)) continue;
        const column = columns.find(({ name }) => name === memberName(step))!;
        const at = decks.get(column.name)!.pop()!;
        const value = column.value[at]! < 0 ? null : `answer ${column.value[at]}`;
        const usage = { tokensIn: column.tokensIn[at]!, tokensOut: column.tokensOut[at]!, usd: column.usd[at]! };
        ended.set(step.id, { state: "answered", answer: { value, usage, seconds: column.seconds[at]! } });
        drawn.set(step.id, { column, at });
        once.calls++;
        once.tokensIn += usage.tokensIn;
        once.tokensOut += usage.tokensOut;
        once.tokens += usage.tokensIn + usage.tokensOut;
        once.usd += usage.usd;
        slowest = Math.max(slowest, column.seconds[at]!);
      }
      once.seconds += slowest;
    }
    for (const key of Object.keys(once) as (keyof typeof once)[]) {
      sums[key][0]! += once[key];
      sums[key][1]! += once[key] ** 2;
    }
  }
  return Object.fromEntries(
    Object.entries(sums).map(([key, [sum, squares]]) => {
      const mean = sum! / runs;
      return [key, { mean, standardError: Math.sqrt(Math.max(0, squares! / runs - mean ** 2) / (runs - 1)) }];
    }),
  ) as Record<keyof typeof sums, { mean: number; standardError: number }>;
}

const quantities = ["accuracy", "unanswered", "calls", "tokensIn", "tokensOut", "tokens", "usd", "seconds"] as const;
/** Right, calls, tokens, dollars, seconds. */
const at = ({ accuracy, calls, tokens, usd, seconds }: Outcomes, task: number) =>
  [accuracy, calls, tokens, usd, seconds].map((values) => values[task]!);

const weights = new Map([
  ["a", 1.3],
  ["b", 0.7],
  ["c", 0.6],
  ["d", 0],
]);
const exactTeams = [
  "single@a",
  "vote:2@a",
  "vote:3@a",
  "vote:5@a",
  "vote.majority:5@a",
  "vote.unanimous:2@a",
  "vote.weighted:3@a",
  "vote@a,b,c",
  "vote@c,b,a",
  "vote@a,b,c,d",
  "vote.majority@a,b,c,d",
  "vote.weighted@a,b,c,d",
  "vote@a:3,b:2",
  "vote@b:2,a:3,c",
  "cascade@a+b,c",
  "cascade@a:2,b",
  "cascade@a:3,b",
  "cascade@a+b,c:3",
  "cascade@a+b,c+d",
  "cascade@a:2+b,c,d",
  "cascade@a+b,c+d,e",
  "cascade.majority@a+b+c,d",
  "cascade.majority@a:4,b:2",
];
const drawnTeams = ["ahead:2/5@a", "ahead:3/5@a", "ahead:1/4@b", "cascade@a+b,a+c,b", "cascade@a:2,a:3"];

describe("outcomes on recorded answers", () => {
  it.each(exactTeams)("of %s are the mean of many runs, exactly", (text) => {
    const team = parseTeam(text);
    const table = randomTable(1);
    const all = outcomes(team, table, { seed: 1, weights });
    expect(all.method).toBe("exact");
    for (let task = 0; task < table.tasks.length; task++) {
      const reference = runOften(team, table, task, 1500, { weights });
      for (const quantity of quantities) {
        const { mean, standardError } = reference[quantity];
        const difference = Math.abs(all[quantity][task]! - mean);
        expect(difference, `${quantity} of task ${task}`).toBeLessThanOrEqual(4 * standardError + 1e-9);
      }
    }
  });

  it.each(drawnTeams)("of %s are those of seeded draws", (text) => {
    const team = parseTeam(text);
    const table = randomTable(2);
    const all = outcomes(team, table, { seed: 1, draws: 1500 });
    expect(all.method).toBe("resampled");
    for (let task = 0; task < table.tasks.length; task++) {
      const reference = runOften(team, table, task, 1500);
      for (const quantity of quantities) {
        const { mean, standardError } = reference[quantity];
        const difference = Math.abs(all[quantity][task]! - mean);
        // Both sides are drawn.
        expect(difference, `${quantity} of task ${task}`).toBeLessThanOrEqual(4 * Math.SQRT2 * standardError + 1e-9);
      }
    }
  });

  it.each(exactTeams.filter((text) => !/:\d/.test(text)))(
    "of %s with one answer each are what one run gives",
    (text) => {
      const team = parseTeam(text);
      const table = randomTable(3, { tasks: 40, samplesMin: 1, samplesMax: 1 });
      const all = outcomes(team, table, { seed: 1, weights });
      for (let task = 0; task < table.tasks.length; task++) {
        const reference = runOften(team, table, task, 1, { weights });
        for (const quantity of quantities) expect(all[quantity][task]).toBeCloseTo(reference[quantity].mean, 12);
      }
    },
  );

  it("draw where there are too many hands to count", () => {
    const next = random(5);
    const scattered = () => [Array.from({ length: 12 }, (_, i): Cell => ({ code: next() < 0.4 ? 0 : 2 + i }))];
    const table = tableOf({ a: scattered(), b: scattered(), c: scattered(), d: scattered(), e: scattered() });
    const team = parseTeam("vote@a,b,c,d,e");
    const all = outcomes(team, table, { seed: 1, draws: 5000 });
    expect(all.method).toBe("resampled");
    const { mean, standardError } = runOften(team, table, 0, 5000).accuracy;
    expect(Math.abs(all.accuracy[0]! - mean)).toBeLessThanOrEqual(4 * Math.SQRT2 * standardError);
  });

  it("of a rule that does more than count come from its verdicts", () => {
    const table = randomTable(1);
    for (const text of ["vote@a:2,b,c", "vote@a:3,b:2"]) {
      const team = parseTeam(text);
      const [stage] = organizationOf(team).stages!(team);
      const { counts: _, ...opaque } = stage!.rule;
      const slow = stagedOutcomes(team, [{ ...stage!, rule: opaque }], scoresOf(columnNames(team), table, {}), {
        seed: 1,
      });
      const fast = outcomes(team, table, { seed: 1 });
      slow.accuracy.forEach((accuracy, task) => {
        expect(accuracy).toBeCloseTo(fast.accuracy[task]!, 12);
      });
    }
  });

  it("are the same for the same seed, and need none where they are exact", () => {
    const table = randomTable(4);
    const ahead = (seed: number) => outcomes(parseTeam("ahead:2/5@a"), table, { seed });
    expect(ahead(1)).toEqual(ahead(1));
    expect(ahead(1)).not.toEqual(ahead(2));
    const vote = (seed: number) => outcomes(parseTeam("vote@a:3,b:2"), table, { seed });
    expect(vote(1)).toEqual(vote(2));
  });

  it("share a tie among an agent's samples, and give it to the earlier of two agents", () => {
    const table = tableOf({ a: [codes(0, 2), codes(2, 2)], b: [codes(2, 2), codes(0, 0)] });
    expect([...outcomes(parseTeam("vote:2@a"), table, { seed: 1 }).accuracy]).toEqual([0.5, 0]);
    expect([...outcomes(parseTeam("vote@a,b"), table, { seed: 1 }).accuracy]).toEqual([0.5, 0]);
    expect([...outcomes(parseTeam("vote@b,a"), table, { seed: 1 }).accuracy]).toEqual([0, 1]);
    expect([...outcomes(parseTeam("vote@a:2,b"), table, { seed: 1 }).accuracy]).toEqual([0, 0]);
  });

  it("leave out a task on which the team may need more answers than were recorded, even if it would not", () => {
    const table = tableOf({ a: [codes(0, 0, 0), codes(0, 0)], b: [codes(0), codes(0)] });
    expect([...outcomes(parseTeam("vote:3@a"), table, { seed: 1 }).accuracy]).toEqual([1, Number.NaN]);
    expect([...outcomes(parseTeam("ahead:2/3@a"), table, { seed: 1 }).accuracy]).toEqual([1, Number.NaN]);
    expect([...outcomes(parseTeam("cascade@a:2,b:2"), table, { seed: 1 }).calls]).toEqual([Number.NaN, Number.NaN]);
  });

  it("leave a cost unknown where it was not recorded and needed, and only that cost", () => {
    const known = { tokens: 10, usd: 1, seconds: 2 };
    const table = tableOf({
      a: [[{ code: 0, ...known }], [{ code: 2, ...known }]],
      b: [[{ code: 0, ...known }], [{ code: 3, ...known }]],
      c: [[{ code: 0, tokens: 5, seconds: 1 }], [{ code: 0, tokens: 5, seconds: 1 }]],
    });
    const all = outcomes(parseTeam("cascade@a+b,c"), table, { seed: 1 });
    expect(at(all, 0)).toEqual([1, 2, 20, 2, 2]); // c is not asked: what it costs does not matter
    expect(at(all, 1)).toEqual([1, 3, 25, Number.NaN, 3]);
  });

  it("grade an answer as those who gave it were graded, where graders disagree", () => {
    const table = tableOf({
      a: [[{ code: 0, grade: 1 }]],
      b: [[{ code: 0, grade: 0 }]],
      c: [[{ code: 2, grade: 0 }]],
    });
    expect(outcomes(parseTeam("single@b"), table, { seed: 1 }).accuracy[0]).toBe(0);
    expect(outcomes(parseTeam("vote@a,b,c"), table, { seed: 1 }).accuracy[0]).toBe(0.5);
  });

  it("take the recorded grade of a lone unparsed answer, and count silence of a vote as wrong", () => {
    const table = tableOf({ a: [[{ code: -1, grade: 0.3 }]], b: [codes(2)], c: [codes(3)] });
    expect(outcomes(parseTeam("single@a"), table, { seed: 1 }).accuracy[0]).toBe(0.3);
    expect(outcomes(parseTeam("vote.majority@a,b,c"), table, { seed: 1 }).accuracy[0]).toBe(0);
  });

  it("name what is missing", () => {
    const table = randomTable(1);
    const of = (text: string) => () => outcomes(parseTeam(text), table, { seed: 1 });
    for (const [text, code] of [
      ["single@aa", "unknown-agent"],
      ["ahead:2/5@zz", "unknown-agent"],
      ["vote.weighted@a,b", "missing-weight"],
      ["vote:5", "unknown-team"],
      ["tree:3x2@leaf=a,reader=b", "reader-not-recorded"],
      ["chain:2@a", "reader-not-recorded"],
      ["debate:3x2@a,b,c", "organization-not-runnable"],
    ] as const) {
      expect(of(text)).toThrow(KnownError);
      expect(() => replay(parseTeam(text), table, { seed: 1 })).toThrow(expect.objectContaining({ code }));
      expect(of(text)).toThrow(expect.objectContaining({ code }));
    }
  });

  it("are remembered per table, but not for rules with weights", () => {
    const table = randomTable(1);
    const vote = parseTeam("vote@a,b,c");
    expect(outcomesCached(vote, table, { seed: 1 })).toBe(outcomesCached(vote, table, { seed: 1, weights }));
    expect(outcomesCached(vote, table, { seed: 1 })).not.toBe(outcomesCached(vote, table, { seed: 2 }));
    expect(outcomesCached(vote, table, { seed: 1 })).not.toBe(outcomesCached(vote, randomTable(1), { seed: 1 }));
    const weighted = parseTeam("vote.weighted@a,b,c");
    const turned = new Map([
      ["a", 0],
      ["b", 0],
      ["c", 1],
    ]);
    const [before, after] = [weights, turned].map((some) =>
      outcomesCached(weighted, table, { seed: 1, weights: some }),
    );
    expect(before!.accuracy).not.toEqual(after!.accuracy);
  });

  it("of an organization that only says what comes next need as many answers as its cast names", () => {
    const table = tableOf({ a: [codes(0), codes(2, 0)], b: [codes(0), codes(2)], c: [codes(3), codes(0)] });
    const { stages: _, ...withoutStages } = vote;
    const panel = parseTeam("vote@a,b,c");
    const walked = walkedOutcomes(panel, withoutStages, scoresOf(columnNames(panel), table, {}), { seed: 1 });
    expect([...walked.calls]).toEqual([3, 3]);
    expect(walked.accuracy[0]).toBe(1);
    const two = parseTeam("vote@a:2,b");
    const twice = walkedOutcomes(two, withoutStages, scoresOf(columnNames(two), table, {}), { seed: 1 });
    expect([...twice.calls]).toEqual([Number.NaN, 3]);
  });
});

describe("replay", () => {
  const table = tableOf({
    a: [codes(0), codes(2), codes(0), codes(2), []],
    b: [codes(0), codes(0), codes(2), codes(2), codes(0)],
  });

  it("gives mean and standard error over the tasks that it could measure", () => {
    expect(replay(parseTeam("single@a"), table, { seed: 1 })).toEqual({
      team: "single@a",
      metric: "accuracy",
      accuracy: { mean: 0.5, standardError: Math.sqrt(1 / 3 / 4) },
      cost: { calls: 1, tokensIn: null, tokensOut: null, tokens: null, usd: null, seconds: null },
      unanswered: 0,
      tasks: 4,
      skipped: 1,
      method: "exact",
      caveats: [],
    });
  });

  it("measures on the tasks that it is given", () => {
    const { accuracy, tasks, skipped } = replay(parseTeam("single@a"), table, {
      seed: 1,
      tasks: Uint32Array.of(0, 2, 4),
    });
    expect([accuracy.mean, tasks, skipped]).toEqual([1, 2, 1]);
  });

  it("says so where no task can be measured", () => {
    expect(() => replay(parseTeam("vote:5@a"), table, { seed: 1 })).toThrow(NotRecorded);
    expect(() => replay(parseTeam("vote:5@a"), table, { seed: 1 })).toThrow(/None of the 5 tasks/);
  });
});

const data = new URL("../../../shared/data/", import.meta.url);
const svamp = new URL("svamp-pot-k30/records.jsonl.gz", data);

describe.skipIf(!existsSync(svamp))("replay of the public sets", () => {
  it("gives the reference numbers of svamp, 30 samples of one agent", async () => {
    const { table } = tabulate(await readAttempts([svamp.pathname]), Config.parse({}));
    // stats.json: 400 draws per task, so within 0.002 of the exact value; n = 1 is exact
    for (const [n, expected] of [
      [3, 0.8457],
      [5, 0.8639],
      [9, 0.8758],
      [17, 0.8841],
    ] as const) {
      const { accuracy, method } = replay(parseTeam(`vote:${n}@codex-pot`), table, { seed: 1 });
      expect(method).toBe("exact");
      expect(Math.abs(accuracy.mean - expected)).toBeLessThan(0.002);
    }
    expect(replay(parseTeam("single@codex-pot"), table, { seed: 1 }).accuracy.mean).toBeCloseTo(0.8044, 4);
  });
});
