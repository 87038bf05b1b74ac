import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gather } from "./gather.ts";
import type { Row } from "./parse.ts";

function gathered(rows: readonly Row[]) {
  const gathering = gather();
  rows.forEach((row, i) => {
    gathering.countLine();
    gathering.add(row, i < 3 ? "one.jsonl" : "two.jsonl", i + 1);
  });
  return gathering.finish("test", []);
}

const row = (fields: Row = {}): Row => ({ task_id: "t", agent: "a", correct: 1, ...fields });

describe("gather", () => {
  it("counts every line, and keeps bad ones with place and reason", () => {
    const { attempts, lines, badLines } = gathered([row(), row({ sample: "two" }), row()]);
    expect(attempts.length).toBe(2);
    expect(lines).toBe(3);
    expect(badLines).toEqual([{ file: "one.jsonl", line: 2, reason: 'sample is "two", not an integer ≥ 0' }]);
  });

  it("numbers missing samples in file order, each key on its own", () => {
    const rows = [
      row(),
      row({ agent: "b" }),
      row(),
      row({ level: 1 }),
      row({ task_id: "u" }),
      row(),
      row({ level: 1 }),
    ];
    expect(gathered(rows).attempts.map(({ sample }) => sample)).toEqual([0, 0, 1, 0, 0, 2, 1]);
  });

  it("names both lines of a repeated key", () => {
    const rows = [row({ sample: 1 }), row({ sample: 0 }), row({ sample: 2 }), row({ sample: 0 })];
    expect(() => gathered(rows)).toThrow(
      'two.jsonl:4 repeats the attempt of one.jsonl:2: task_id "t", agent "a", sample 0.',
    );
  });

  it.each([
    ["another role", { role: "read" }],
    ["another level", { level: "high" }],
    ["another group", { group: "g" }],
    ["another message length", { message_tokens: 8 }],
    ["another sample", { sample: 1 }],
    ["another task", { task_id: "u" }],
  ])("takes %s for another key", (_, fields) => {
    expect(gathered([row({ sample: 0 }), row({ sample: 0, ...fields })]).attempts.length).toBe(2);
  });

  it("finds a repeated key wherever it stands among many", () => {
    const keys = fc.uniqueArray(fc.tuple(fc.nat(4), fc.nat(3), fc.nat(3)), {
      minLength: 1,
      maxLength: 40,
      selector: ([task, agent, sample]) => `${task} ${agent} ${sample}`,
    });
    fc.assert(
      fc.property(keys, fc.nat(), fc.nat(), (unique, which, where) => {
        const rows = unique.map(([task, agent, sample]) => row({ task_id: `t${task}`, agent: `a${agent}`, sample }));
        expect(gathered(rows).attempts.length).toBe(rows.length);
        const repeated = rows.toSpliced(where % rows.length, 0, rows[which % rows.length]!);
        expect(() => gathered(repeated)).toThrow(expect.objectContaining({ code: "duplicate-key" }));
      }),
    );
  });

  it("collects where the flag and answer = gold disagree; the flag stays", () => {
    const { attempts, disagreements } = gathered([
      row({ answer: "12", gold: "12.0", correct: 0 }),
      row({ answer: "12", gold: "12.0", correct: 1 }),
      row({ answer: null, gold: "12", correct: 0 }),
    ]);
    expect(disagreements).toEqual([{ taskId: "t", agent: "a", answer: "12", gold: "12.0", correct: 0 }]);
    expect(attempts.map(({ correct }) => correct)).toEqual([0, 1, 0]);
  });

  it("counts each attempt in exactly one sort", () => {
    const { sorts } = gathered([
      row(),
      row({ score: 0.5 }),
      row({ correct: undefined, score: 0.5 }),
      row({ correct: undefined, answer: "x" }),
      row({ correct: undefined, n_samples: 9, n_correct: 3 }),
      row({ correct: undefined, message_tokens: 8, sent: "x", received: "y" }),
    ]);
    expect(sorts).toEqual({ graded: 2, scored: 1, ungraded: 1, aggregated: 1, relay: 1 });
  });
});
