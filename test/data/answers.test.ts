// Answers found in recorded replies of public sets, against what the sets' own readers and graders found.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { answerReader } from "../../src/run/answers/answer-reader.ts";

const data = join(import.meta.dirname, "../../../shared/data");

interface Row {
  readonly task_id: string;
  readonly agent: string;
  readonly level?: string;
  readonly text: string;
  readonly answer: string | null;
  readonly answer_raw?: string;
  readonly gold: string;
  readonly correct: 0 | 1;
  readonly n_options: number;
}

const rowsOf = (file: string): Row[] =>
  gunzipSync(readFileSync(join(data, file)))
    .toString()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);

/** Replies with what was recorded of them. */
function repliesOf(set: string, texts: string, takes: (agent: string) => boolean): Row[] {
  const keyOf = ({ task_id, agent, level = "" }: Row) => `${task_id}\0${agent}\0${level}`;
  const records = new Map(rowsOf(`${set}/records.jsonl.gz`).map((row) => [keyOf(row), row]));
  const tasks = new Map(rowsOf(`${set}/tasks.jsonl.gz`).map((row) => [row.task_id, row]));
  return rowsOf(`${set}/${texts}.jsonl.gz`)
    .filter(({ agent }) => takes(agent))
    .flatMap((row) => {
      const record = records.get(keyOf(row));
      return record ? [{ ...tasks.get(row.task_id), ...record, text: row.text }] : [];
    });
}

/** Shares of replies whose answer, and whose grade, is the recorded one. */
async function agreement(kind: string, rows: readonly Row[]) {
  const reader = await answerReader(kind);
  let [sameValue, sameGrade] = [0, 0];
  for (const { text, answer, gold, correct, n_options: options } of rows) {
    const task = {
      taskId: "t",
      question: "?",
      gold,
      ...(options && { choices: Array.from({ length: options }, (_, i) => `choice number ${i}`) }),
    };
    const { value } = reader.read({ text }, task);
    const recorded = answer === null ? null : answer.trim();
    if (value === recorded || (value !== null && recorded !== null && reader.grade(value, { ...task, gold: recorded })))
      sameValue++;
    if (reader.grade(value, task) === correct) sameGrade++;
  }
  return { replies: rows.length, value: sameValue / rows.length, grade: sameGrade / rows.length };
}

describe.skipIf(!existsSync(join(data, "gsm8k-multi")))("answers in recorded replies", () => {
  it("numbers: word problems of six models, 98.5 % as recorded, and 99 % of the grades", async () => {
    const takes = (agent: string) => !/tora|pot/i.test(agent); // those write programs
    const rows = repliesOf("gsm8k-multi", "outputs", takes);
    const found = await agreement("number", rows);
    expect(found.replies).toBe(3_966);
    expect(found.value).toBeGreaterThan(0.985); // the others are cut off in the middle of a number, or null there
    expect(found.grade).toBeGreaterThan(0.99);
  });

  it("texts: chains of thought of 27 subjects, 99.9 % as recorded", async () => {
    const found = await agreement(
      "exact",
      repliesOf("bbh-codex", "outputs", () => true),
    );
    expect(found.replies).toBe(3_266);
    expect(found.value).toBeGreaterThan(0.999);
    expect(found.grade).toBe(1);
  });

  it("letters of ten: 32 models in their own words, 96 % as recorded", async () => {
    // Two base models go on to further questions of their own; their recorded answer is that to the first.
    const takes = (agent: string) => !["Meta-Llama-3-70B", "Meta-Llama-3-8B"].includes(agent);
    const found = await agreement("choice", repliesOf("mmlu-pro", "outputs_sample", takes));
    expect(found.replies).toBe(5_405);
    expect(found.value).toBeGreaterThan(0.96);
    expect(found.grade).toBeGreaterThan(0.985);
  });

  it("formulas: all that a weaker reader recorded as right, and 208 more, each of which a person calls right", async () => {
    const reader = await answerReader("boxed");
    const rows = rowsOf("math500-k4/records.jsonl.gz").filter(({ answer, gold }) => answer !== null && gold);
    const spelling = /\\ | |\\left|\\right|\\!|\\%|\^\{?\\circ\}?/g;
    const plain = (formula: string) =>
      formula
        .replaceAll(spelling, "")
        .replace(/^[A-Za-z]=/, "")
        .replaceAll("dfrac", "frac");
    const further = rows.flatMap(({ answer, answer_raw: raw, gold, correct }) => {
      const task = { taskId: "t", question: "?", gold };
      const formula = raw ?? answer!;
      const grade = reader.grade(reader.read({ text: `So it is $\\boxed{${formula}}$.` }, task).value, task);
      if (correct === 1) expect([formula, grade]).toEqual([formula, 1]);
      return correct === 0 && grade === 1 ? [[formula, gold] as const] : [];
    });
    expect([rows.length, further.length]).toEqual([2_124, 208]);
    const unlike = further.flatMap(([formula, gold]) =>
      plain(formula) === plain(gold) ? [] : [`${formula} is ${gold}`],
    );
    expect([...new Set(unlike)]).toEqual([
      "10080 is 10,\\!080",
      "32348 is \\$32,\\!348",
      "5.4 is 5.4 \\text{ cents}",
      "\\frac{1}{4} is \\frac14",
      "\\frac{3}{4} is \\frac 34",
      "36 is \\$36",
      "12 \\text{ cm} is 12",
      "12 \\, \\text{cm} is 12",
      "\\frac{270}{7} is \\frac{270}7\\text{ degrees}",
      "11111111100 is 11,\\! 111,\\! 111,\\! 100",
      "58500 is 58,500",
      "18.90 is \\$18.90",
      "15 \\, \\text{cm}^2 is 15\\mbox{ cm}^2",
    ]);
  });
});
