import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerTable } from "../records/answer-table.ts";
import { answersByTask } from "./answers-by-task.ts";

const anyAnswers = fc.array(fc.record({ value: fc.integer({ min: -1, max: 3 }) }), { maxLength: 8 });

function tableOf(values: readonly (readonly number[])[]): AnswerTable {
  const flat = values.flat();
  const start = [0];
  for (const some of values) start.push(start.at(-1)! + some.length);
  const unknown = new Float64Array(flat.length).fill(Number.NaN);
  return {
    tasks: values.map((_, task) => `t${task}`),
    columns: [
      {
        name: "a~low",
        agent: "a",
        level: "low",
        answersKnown: true,
        start: Uint32Array.from(start),
        value: Int32Array.from(flat),
        grade: Float64Array.from(flat, (value) => Number(value === 0)),
        tokensIn: unknown,
        tokensOut: unknown,
        usd: unknown,
        seconds: unknown,
        status: flat.map(() => "ok" as const),
        group: new Int32Array(flat.length).fill(-1),
      },
    ],
  };
}

describe("answersByTask", () => {
  it("says that two of three samples gave the right answer", () => {
    expect(answersByTask(tableOf([[2, 0, 0]]), Uint32Array.of(0))).toEqual([
      {
        taskId: "t0",
        agents: {
          "a~low": [
            { answer: 0, share: 2 / 3, grade: 1 },
            { answer: 2, share: 1 / 3, grade: 0 },
          ],
        },
      },
    ]);
  });

  it("gives shares that sum to 1, and leaves out who did not answer", () => {
    fc.assert(
      fc.property(fc.array(anyAnswers, { minLength: 1, maxLength: 4 }), (answers) => {
        const table = tableOf(answers.map((some) => some.map(({ value }) => value)));
        for (const [task, { agents }] of answersByTask(table, Uint32Array.from(answers.keys())).entries()) {
          const shares = agents["a~low"];
          if (answers[task]!.length === 0) expect(shares).toBeUndefined();
          else expect(shares!.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
        }
      }),
    );
  });
});
