import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, findColumn } from "./answer-table.ts";
import type { Attempts } from "./attempt.ts";
import { Config } from "./config.ts";
import { gather } from "./gather.ts";
import type { Row } from "./parse.ts";
import { type TabulateOptions, tabulate } from "./tabulate.ts";
import { truthFor } from "./truth.ts";

function read(rows: readonly Row[]): Attempts {
  const gathering = gather();
  rows.forEach((row, i) => {
    gathering.add({ task_id: "t", agent: "a", ...row }, "test.jsonl", i + 1);
  });
  return gathering.finish("test", ["made up"]);
}

const table = (rows: readonly Row[], config: unknown = {}, options: TabulateOptions = {}) =>
  tabulate(read(rows), Config.parse(config), options);

const cells = ({ start, value }: Column, task: number) => [...value.subarray(start[task]!, start[task + 1]!)];

describe("tabulate", () => {
  it("makes one column per agent and level, its samples by task and in order", () => {
    const { table: made } = table([
      { sample: 1, answer: "B", gold: "A" },
      { sample: 0, answer: "A", gold: "A" },
      { task_id: "u", answer: "C", gold: "C", level: "high" },
      { agent: "b", answer: "B", gold: "A" },
    ]);
    expect(made.tasks).toEqual(["t", "u"]);
    expect(made.columns.map(({ name, agent, level }) => [name, agent, level])).toEqual([
      ["a", "a", undefined],
      ["a~high", "a", "high"],
      ["b", "b", undefined],
    ]);
    expect(made.columns.map(({ start }) => [...start])).toEqual([
      [0, 2, 2],
      [0, 0, 1],
      [0, 1, 1],
    ]);
    expect([...findColumn(made, "a")!.grade]).toEqual([1, 0]);
    expect(cells(findColumn(made, "a")!, 0)[1]).toBe(cells(findColumn(made, "b")!, 0)[0]);
  });

  it("gives equal codes to equal answers of a task: 0 to the right one, −1 to none", () => {
    const rows = ["B", "a ", null, "b.", "C"].map((answer) => ({ answer, gold: "A" }));
    expect(cells(table(rows).table.columns[0]!, 0)).toEqual([2, 0, -1, 2, 3]);
  });

  it("takes the first answer recorded as right for the right one where there is no gold", () => {
    const rows = [
      { answer: "x + y", correct: 0 },
      { answer: "y + x", correct: 1 },
      { answer: "x + y", correct: 0 },
    ];
    expect(cells(table(rows).table.columns[0]!, 0)).toEqual([2, 0, 2]);
  });

  it("lets right/wrong-only columns vote with others: 0 right, 1 wrong", () => {
    const { columns } = table([
      { answer: "B", gold: "A" },
      { agent: "b", correct: 1 },
      { agent: "b", correct: 0 },
      { agent: "b", correct: 0, status: "refused" },
    ]).table;
    expect(columns.map(({ answersKnown }) => answersKnown)).toEqual([true, false]);
    expect(cells(columns[1]!, 0)).toEqual([0, 1, -1]);
  });

  it("expands aggregated samples and shares their cost", () => {
    const { table: made, assumptions } = table([{ n_samples: 4, n_correct: 1, tokens_out: 40, cost_usd: 0.4 }]);
    const [column] = made.columns;
    expect([...column!.grade]).toEqual([1, 0, 0, 0]);
    expect([...column!.value]).toEqual([0, 1, 1, 1]);
    expect([...column!.tokensOut]).toEqual([10, 10, 10, 10]);
    expect(column!.usd[3]).toBeCloseTo(0.1, 12);
    expect(assumptions.map(({ subject }) => subject)).toEqual(["grading", "wrong answers"]);
  });

  it("grades by the flag, then by answer = gold, then by the score; never without a ground", () => {
    const grades = (options: TabulateOptions) => [
      ...table(
        [
          { answer: "1.0", gold: "1", correct: 0 },
          { answer: "1,000", gold: "1000" },
          { answer: null, gold: "1" },
          { task_id: "u", score: 3, score_max: 4 },
          { task_id: "v", answer: "x" },
        ],
        {},
        options,
      ).table.columns[0]!.grade,
    ];
    expect(grades({})).toEqual([0, 1, 0, 0.75, Number.NaN]);
    expect(grades({ grade: "answer" })).toEqual([1, 1, 0, 0.75, Number.NaN]);
  });

  describe("estimates", () => {
    it("are numeric answers to tasks with a numeric gold, each beside its truth", () => {
      const { table: made } = table([
        { answer: "1,234", gold: "$5" },
        { sample: 1, answer: "5.0", gold: "$5" },
        { sample: 2, answer: "five", gold: "$5" },
        { sample: 3, answer: null, gold: "$5" },
        { task_id: "u", answer: "7", gold: "B" },
        { task_id: "v", answer: "12%" },
        { task_id: "v", agent: "b", answer: "x", gold: "12" },
      ]);
      expect([...made.truth!]).toEqual([5, Number.NaN, 12]);
      expect([...made.columns[0]!.estimate!]).toEqual([1234, 5, Number.NaN, Number.NaN, Number.NaN, 12]);
      expect(made.columns[1]!.estimate).toBeUndefined();
      expect(made.truthFromOthers).toBeUndefined();
    });

    it("are absent where no gold is a number, and where only right or wrong is known", () => {
      const { table: made } = table([
        { answer: "7", gold: "B" },
        { task_id: "u", correct: 1 },
        { task_id: "v", n_samples: 2, n_correct: 1 },
      ]);
      expect(made.truth).toBeUndefined();
      expect(made.columns[0]!.estimate).toBeUndefined();
    });

    it("have no truth where the golds of a task are different numbers", () => {
      const { table: made } = table([
        { answer: "1", gold: "1" },
        { agent: "b", answer: "1", gold: "1.0" },
        { task_id: "u", answer: "1", gold: "1" },
        { task_id: "u", agent: "b", answer: "1", gold: "2" },
      ]);
      expect([...made.truth!]).toEqual([1, Number.NaN]);
    });

    it("are held against those outside the team where gold is the mean of the others", () => {
      const judges = ["a", "b", "c", "d"];
      const { table: made } = table(
        [2, 4, 9, null].map((score, i) => ({
          agent: judges[i],
          answer: score === null ? null : String(score),
          gold: "5",
          gold_from: "others",
        })),
      );
      expect(made.truth).toBeUndefined();
      expect([...made.truthFromOthers!]).toEqual([1]);
      expect(truthFor(made, ["a"])[0]).toBe(6.5);
      expect(truthFor(made, ["a", "b"])[0]).toBe(9);
      expect(truthFor(made, ["a", "b", "c"])[0]).toBeNaN();
    });
  });

  it("counts truncated and unparsed answers apart", () => {
    const rows = [
      { answer: null, gold: "1" },
      { answer: "1", gold: "1" },
      { correct: 0, status: "truncated" },
    ];
    expect(table(rows).table.columns[0]!.status).toEqual(["unparsed", "ok", "truncated"]);
  });

  it("numbers groups within a task", () => {
    const rows = [{ group: "x" }, { group: "y" }, { group: "x" }, {}, { task_id: "u", group: "y" }];
    const [column] = table(rows.map((row, sample) => ({ correct: 1, sample, ...row }))).table.columns;
    expect([...column!.group]).toEqual([0, 1, 0, -1, 0]);
  });

  it("leaves other roles out and says so, keeps solvers and leaves", () => {
    const rows = [{ role: "solve" }, { role: "leaf" }, { role: "read" }, { role: "read" }, {}];
    const other = { task_id: "nobody solved it", role: "read" };
    const { table: made, assumptions } = table([...rows, other].map((row) => ({ correct: 1, ...row })));
    expect(made.tasks).toHaveLength(1);
    expect(made.columns[0]!.grade.length).toBe(3);
    expect(assumptions).toContainEqual(
      expect.objectContaining({ subject: "role", value: expect.stringMatching(/^3 .*"read"/) }),
    );
  });

  it("hands relay probes on, by task", () => {
    const { relays, table: made } = table([
      { correct: 1 },
      { task_id: "u", message_tokens: 8, sent: "1", received: "0" },
      { message_tokens: 8, sent: "1", received: "1" },
    ]);
    expect(relays).toEqual([
      { task: 1, agent: "a", messageTokens: 8, sent: "1", received: "0" },
      { task: 0, agent: "a", messageTokens: 8, sent: "1", received: "1" },
    ]);
    expect(made.tasks).toEqual(["t", "u"]);
    expect([...made.columns[0]!.start]).toEqual([0, 1, 1]);
  });

  it("leaves relay probes without a message length out and says so", () => {
    const { relays, assumptions } = table([
      { correct: 1 },
      { sent: "1", received: "0" },
      { message_tokens: 0, sent: "1", received: "0" },
    ]);
    expect(relays).toEqual([]);
    expect(assumptions).toContainEqual(
      expect.objectContaining({ subject: "relay probe", value: expect.stringMatching(/^2 /) }),
    );
  });

  it("does not take the empty answer beside an aggregate for an unparsed one", () => {
    const [column] = table([{ answer: null, n_samples: 2, n_correct: 1 }]).table.columns;
    expect(column).toMatchObject({ answersKnown: false, status: ["ok", "ok"] });
  });

  describe("costs", () => {
    const prices = { inputPerMillion: 1, outputPerMillion: 10 };
    const config = { agents: { a: { promptTokens: 500, answerTokens: 100, prices, seconds: 3, asOf: "2024-03-01" } } };

    it("stay as recorded", () => {
      const { table: made, assumptions } = table(
        [{ correct: 1, tokens_in: 7, tokens_out: 9, cost_usd: 0.5, seconds: 1 }],
        config,
      );
      const { tokensIn, tokensOut, usd, seconds } = made.columns[0]!;
      expect([tokensIn[0], tokensOut[0], usd[0], seconds[0]]).toEqual([7, 9, 0.5, 1]);
      expect(assumptions.filter(({ agent }) => agent !== undefined)).toEqual([]);
    });

    it("are completed from the config, and every completion is an assumption with its date", () => {
      const { table: made, assumptions } = table([{ correct: 1 }, { correct: 1, tokens_in: 100 }], config);
      const { tokensIn, usd, seconds } = made.columns[0]!;
      expect([...tokensIn]).toEqual([500, 100]);
      expect(usd[0]).toBeCloseTo((500 * 1 + 100 * 10) / 1e6, 12);
      expect(seconds[1]).toBe(3);
      const source = "config, as of 2024-03-01";
      expect(assumptions.filter(({ agent }) => agent === "a")).toEqual([
        { subject: "prompt length", agent: "a", value: "500 tokens, for 1 of 2", status: "assumed", source },
        { subject: "answer length", agent: "a", value: "100 tokens", status: "assumed", source },
        { subject: "price", agent: "a", value: "$1 in, $10 out per million tokens", status: "assumed", source },
        { subject: "seconds", agent: "a", value: "3 s", status: "assumed", source },
      ]);
    });

    it("come from an entry for the level where there is one", () => {
      const { columns } = table([{ correct: 1, level: "high" }], {
        agents: { a: { promptTokens: 1 }, "a~high": { promptTokens: 2 } },
      }).table;
      expect([...columns[0]!.tokensIn]).toEqual([2]);
    });

    it("take four characters for a token where only characters are recorded, and say so", () => {
      const { table: made, assumptions } = table([{ correct: 1, chars_out: 100 }]);
      expect([...made.columns[0]!.tokensOut]).toEqual([25]);
      expect(assumptions.find(({ subject }) => subject === "answer length")).toMatchObject({ status: "derived" });
    });

    it("are not a number where nothing is known, also for agents called like a property of every object", () => {
      const { tokensIn, usd } = table([{ agent: "constructor", correct: 1 }]).table.columns[0]!;
      expect([tokensIn[0], usd[0]]).toEqual([Number.NaN, Number.NaN]);
    });
  });

  it("keeps every attempt: grades and codes do not depend on the order of the file", () => {
    const attempt = fc.record({
      task_id: fc.constantFrom("t", "u", "v"),
      agent: fc.constantFrom("a", "b"),
      answer: fc.constantFrom("1", "2", "3", null),
    });
    fc.assert(
      fc.property(fc.array(attempt, { minLength: 1, maxLength: 30 }), fc.nat(), (rows, seed) => {
        const numbered = read(rows.map((row) => ({ ...row, gold: "1" }))).attempts.map(
          ({ taskId: task_id, agent, sample, answer }) => ({ task_id, agent, sample, answer, gold: "1" }),
        );
        const turned = numbered.map((_, i) => numbered[(i + seed) % numbered.length]!);
        const right = (made: ReturnType<typeof table>) =>
          made.table.columns
            .map(({ name, start, grade, value }) => {
              const tasks = made.table.tasks.map((task, t) => {
                const here = [...value.subarray(start[t]!, start[t + 1]!)].map((code, i) => [
                  code === 0,
                  grade[start[t]! + i],
                ]);
                return [task, here] as const;
              });
              return [name, Object.fromEntries(tasks)] as const;
            })
            .sort(([a], [b]) => (a < b ? -1 : 1));
        expect(right(table(turned))).toEqual(right(table(numbered)));
      }),
    );
  });
});
