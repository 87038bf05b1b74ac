import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Task } from "../task.ts";
import { answerReader } from "./answer-reader.ts";
import type { Extraction } from "./extraction.ts";
import * as extractions from "./index.ts";

const family = Object.entries(extractions) as unknown as [string, Extraction<object>][];

/** What replies are made of, and what could send a careless reader astray or into the night. */
const piece = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "ANSWER: ",
    "**Final Answer:** ",
    "The answer is ",
    "#### ",
    "\\boxed{",
    "\\boxed{5}",
    "}",
    "{",
    "[",
    '{"answer": ',
    '"',
    "\\",
    "```json\n",
    "```",
    "\n",
    "(B)",
    "1,234.5",
    "-",
    "/",
    "\\frac{1}{2}",
    "1e999",
    "$",
    "\ud800",
  ),
);
const reply = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(""));

/** 10⁶ characters that backtracking, rescanning and recursion choke on. */
const long = [
  "a",
  " ",
  "\n",
  "*",
  "1",
  "1,",
  "{",
  "[",
  '{"a":',
  "\\boxed{",
  "\\frac{",
  "answer ",
  "ANSWER: ",
  "ANSWER:",
  "the answer is ",
  "(A) ",
  "#### ",
  '"',
  '\\"',
  "```json\n",
  "-",
  "= ",
  "1/",
  "A is the ",
].map((unit) => [unit, unit.repeat(Math.ceil(1e6 / unit.length))] as const);

describe.each(family)("%s", (kind, extraction) => {
  const { options = {}, task, reply: example, value, none } = extraction.example;
  const open = (tasks: readonly Task[] = [task]) =>
    answerReader({ kind, ...options }, { cwd: import.meta.dirname, tasks });

  it("finds what its example says, grades it as right, and finds nothing in the other", async () => {
    const reader = await open();
    expect(reader.read({ text: example }, task).value).toBe(value);
    expect(reader.grade(value, task)).toBe(1);
    expect(reader.read({ text: none }, task).value).toBeNull();
    expect(reader.grade(null, task)).toBe(0);
    expect(reader.grade(value, { taskId: "t", question: "?" })).toBeUndefined();
  });

  it("says how the answer must be written", async () => {
    expect((await open()).instruction(task).length).toBeGreaterThan(10);
  });

  it("reads any text, the same way every time", async () => {
    const reader = await open();
    fc.assert(
      fc.property(reply, (text) => {
        const first = reader.read({ text }, task);
        expect(first.value === null || typeof first.value === "string").toBe(true);
        expect(reader.read({ text }, task)).toEqual(first);
        if (first.value !== null) expect([0, 1]).toContain(reader.grade(first.value, task));
      }),
      { numRuns: 500 },
    );
  });

  it("takes the time of a short look for a million characters of any sort", async () => {
    const reader = await open();
    for (const [unit, text] of long) {
      const before = process.cpuUsage();
      reader.read({ text }, task);
      reader.read({ text: `${example}\n${text}` }, task);
      const { user, system } = process.cpuUsage(before);
      // A quadratic reader takes minutes; two looks at 10⁶ characters take milliseconds.
      expect((user + system) / 1e6, `seconds for ${JSON.stringify(unit)}`).toBeLessThan(5);
    }
  });

  it("refuses options that it does not have", async () => {
    await expect(answerReader({ kind, ...options, nonsense: 1 })).rejects.toMatchObject({ code: "bad-answers" });
  });
});

describe("answerReader", () => {
  const kindOf = async (...tasks: Partial<Task>[]) =>
    (await answerReader(undefined, { tasks: tasks.map((task, i) => ({ taskId: `t${i}`, question: "?", ...task })) }))
      .kind;

  it("reads choices where all tasks have them, numbers where all gold answers are, else what is written", async () => {
    expect(await kindOf({ choices: ["a", "b"] }, { choices: ["c", "d"], gold: "d" })).toBe("choice");
    expect(await kindOf({ gold: "$1,234" }, { gold: "3/4" }, {})).toBe("number");
    expect(await kindOf({ gold: "1234" }, { gold: "Paris" })).toBe("exact");
    expect(await kindOf()).toBe("exact");
  });

  it("names the first task whose gold answer cannot be graded", async () => {
    const tasks = [{ taskId: "seven", question: "?", choices: ["x", "y"], gold: "C" }];
    await expect(answerReader("choice", { tasks })).rejects.toThrow(/"seven".*"C".*neither a letter from A to B/);
    await expect(answerReader("boolean")).rejects.toThrow(/No answers are of the kind "boolean"/);
  });

  it("makes the mean log-probability of the tokens the confidence", async () => {
    const reader = await answerReader("exact");
    const task = { taskId: "t", question: "?" };
    expect(reader.read({ text: "ANSWER: x", logprob: Math.log(0.25) }, task).confidence).toBeCloseTo(0.25, 12);
    expect(reader.read({ text: "ANSWER: x" }, task).confidence).toBeUndefined();
  });
});
