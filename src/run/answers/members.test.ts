// What single kinds of answers promise beyond the contract.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sameAnswer } from "../../records/answer.ts";
import type { Task } from "../task.ts";
import { answerReader, endOfReply } from "./answer-reader.ts";
import { canonicalJson, jsonSpans, parseSpan } from "./json-text.ts";

const task = (gold?: string, choices?: readonly string[]): Task => ({
  taskId: "t",
  question: "?",
  ...(gold !== undefined && { gold }),
  ...(choices && { choices }),
});

describe("choice", () => {
  it("grades a letter against a gold letter or the gold choice's text", async () => {
    const reader = await answerReader("choice");
    expect(reader.grade("B", task("b", ["x", "y"]))).toBe(1);
    expect(reader.grade("B", task("Y.", ["x", "y"]))).toBe(1);
    expect(reader.grade("A", task("y", ["x", "y"]))).toBe(0);
  });

  it("takes a letter as a letter even where choices are letters", async () => {
    const reader = await answerReader("choice");
    expect(reader.read({ text: "ANSWER: B" }, task("A", ["B", "A"])).value).toBe("B");
  });

  it("knows every letter there is a choice for, and no other", async () => {
    const reader = await answerReader("choice");
    const many = Array.from({ length: 30 }, (_, i) => `choice number ${i}`);
    expect(reader.read({ text: "ANSWER: AD" }, task("AD", many)).value).toBe("AD");
    expect(reader.read({ text: "ANSWER: AE" }, task("AD", many)).value).toBeNull();
  });
});

describe("number", () => {
  it("is right within a tolerance, absolute or relative, and else to rounding", async () => {
    const exactly = await answerReader("number");
    const nearly = await answerReader({ kind: "number", absolute: 0.5 });
    const within = await answerReader({ kind: "number", relative: 0.01 });
    const grades = (value: string, gold: string) =>
      [exactly, nearly, within].map((one) => one.grade(value, task(gold)));
    expect(grades("100", "100.0")).toEqual([1, 1, 1]);
    expect(grades("100.5", "100")).toEqual([0, 1, 1]);
    expect(grades("101.01", "100")).toEqual([0, 0, 0]);
    expect(grades("0.1", "0")).toEqual([0, 1, 0]);
    expect(grades("0.75", "3/4")).toEqual([1, 1, 1]);
    expect(grades("-1234.5", "$-1,234.50")).toEqual([1, 1, 1]);
  });

  it("finds any number that it asks for, as votes spell it", async () => {
    const reader = await answerReader("number");
    const any = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 }));
    fc.assert(
      fc.property(any, (number) => {
        const { value } = reader.read({ text: `So it is so.\nANSWER: ${number}` }, task());
        expect(value).not.toBeNull();
        expect(Number(value)).toBe(number === 0 ? 0 : number);
        expect(sameAnswer(value!, value!)).toBe(true);
      }),
    );
  });
});

describe("exact and contains", () => {
  it("forgive capitals, blanks and a full stop, or nothing", async () => {
    const lenient = await answerReader("exact");
    const strict = await answerReader({ kind: "exact", caseSensitive: true });
    expect([lenient, strict].map((one) => one.grade("Seine.", task("seine")))).toEqual([1, 0]);
  });

  it("want whole words", async () => {
    const reader = await answerReader("contains");
    expect(reader.grade("The Rhône, in 1,808 or so", task("1808"))).toBe(1);
    expect(reader.grade("artistic", task("art"))).toBe(0);
    expect(reader.grade("state-of-the-art", task("art"))).toBe(1);
    await expect(answerReader("contains", { tasks: [task("?!")] })).rejects.toMatchObject({ code: "bad-gold" });
  });
});

describe("json", () => {
  const read = async (options: object, text: string) =>
    (await answerReader({ kind: "json", ...options })).read({ text }, task()).value;

  it("takes the last value that has the field, wherever it stands", async () => {
    expect(await read({ field: "answer" }, '{"answer": 1} then {"answer": "two"} and {"other": 3}')).toBe("two");
    expect(await read({ field: "a.b[1].c" }, 'x {"a": {"b": [0, {"c": true}]}} y')).toBe("true");
    expect(await read({ field: "answer" }, '{"outer": {"answer": 5}, oops')).toBe("5");
    expect(await read({ field: "answer" }, '{"answer": null}')).toBeNull();
    expect(await read({}, '```json\n{"b": 1, "a": [1.0, "x}"]}\n```')).toBe('{"a":[1,"x}"],"b":1}');
    expect(await read({ field: "__proto__" }, '{"answer": 1}')).toBeNull();
  });

  it("wants the schema satisfied where one is given", async () => {
    const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
    expect(await read({ schema, field: "n" }, '{"n": 3} or {"n": "three"}')).toBe("3");
    expect(await read({ schema }, '{"n": 1.5}')).toBeNull();
    await expect(answerReader({ kind: "json", schema: { type: "nonsense" } })).rejects.toMatchObject({
      code: "bad-answers",
    });
  });

  it("finds every JSON value between prose that has no brackets", () => {
    const prose = fc.string().map((text) => text.replaceAll(/[[\]{}]/g, " "));
    const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(prose, fc.array(fc.tuple(value, prose), { maxLength: 4 }), (head, parts) => {
        const text = head + parts.map(([one, after]) => JSON.stringify(one, null, 1) + after).join("");
        const found = jsonSpans(text).map((span) => canonicalJson(parseSpan(text, span)));
        expect(found).toEqual(parts.map(([one]) => canonicalJson(JSON.parse(JSON.stringify(one)))));
      }),
    );
  });

  it("only ever finds what JSON.parse reads", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "01",
      "-",
      "true",
      "nul",
      " ",
      "\n",
      "\\",
      "\\u12",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        for (const span of jsonSpans(text)) expect(() => parseSpan(text, span)).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("regex", () => {
  it("stops a pattern that would backtrack for years, and says so", async () => {
    const reader = await answerReader({ kind: "regex", pattern: "^(a+)+$" });
    const { value, note } = reader.read({ text: `${"a".repeat(60)}!` }, task());
    expect(value).toBeNull();
    expect(note).toMatch(/was stopped/);
  });

  it("takes the last match: its group answer, else its first group, else all of it", async () => {
    const read = async (pattern: string) =>
      (await answerReader({ kind: "regex", pattern })).read({ text: "a=1 b=2" }, task()).value;
    expect(await read("(\\w)=(?<answer>\\d)")).toBe("2");
    expect(await read("(\\w)=\\d")).toBe("b");
    expect(await read("\\w=\\d")).toBe("b=2");
    await expect(answerReader({ kind: "regex", pattern: "(" })).rejects.toMatchObject({ code: "bad-answers" });
  });
});

describe("module", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "quorate-answers-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;
  const open = (source: string) => {
    const path = `answers-${files++}.ts`;
    writeFileSync(join(folder, path), source);
    return answerReader({ kind: "module", path }, { cwd: folder });
  };

  it("reads with a file in TypeScript, which may grade and say how answers are written", async () => {
    const reader = await open(`
      export const instruction = (task: { question: string }) => "Answer " + task.question;
      export const read = (text: string) => ({ value: text.length, score: 0.5, confidence: 0.9 });
      export const grade = (value: string, gold: string) => Number(value) >= Number(gold);
    `);
    expect(reader.instruction(task())).toBe("Answer ?");
    expect(reader.read({ text: "12345" }, task())).toEqual({ value: "5", score: 0.5, confidence: 0.9 });
    expect([reader.grade("5", task("4")), reader.grade("3", task("4"))]).toEqual([1, 0]);
  });

  it("makes a note of what the file throws or gives instead of an answer, and goes on", async () => {
    const throws = await open('export function read() { throw new Error("boom"); }');
    expect(throws.read({ text: "x" }, task())).toEqual({ value: null, note: "read failed: boom" });
    const odd = await open("export const read = () => ({ answer: 1 }); export const grade = () => { throw 1; };");
    expect(odd.read({ text: "x" }, task())).toMatchObject({
      value: null,
      note: expect.stringMatching(/something else/),
    });
    expect(odd.grade("x", task("x"))).toBe(0);
  });

  it("is refused before the first call where it is missing, broken, or reads nothing", async () => {
    await expect(answerReader({ kind: "module", path: "none.ts" }, { cwd: folder })).rejects.toMatchObject({
      code: "bad-answers",
    });
    await expect(open("export const read = ;")).rejects.toThrow(/cannot be loaded/);
    await expect(open("export const other = 1;")).rejects.toThrow(/no function read/);
    await expect(open("export const read = () => 1, grade = 5;")).rejects.toThrow(/no function \(value, gold, task\)/);
  });
});

describe("endOfReply", () => {
  const end = async (kind: string, text: string, finish: "stop" | "length" | "refused" = "stop") =>
    endOfReply(await answerReader(kind), { text, finish }, task());

  it("tells the states of a reply apart", async () => {
    expect(await end("number", "ANSWER: 5")).toMatchObject({ state: "answered", value: "5" });
    expect(await end("number", "no idea")).toMatchObject({ state: "unparsed", value: null });
    expect(await end("number", "ANSWER: 5", "refused")).toMatchObject({ state: "refused", value: null });
  });

  it("takes from a reply that was cut off only what a whole line of it states", async () => {
    expect(await end("number", "ANSWER: 12", "length")).toMatchObject({ state: "truncated", value: null });
    expect(await end("number", "ANSWER: 12\nThat is beca", "length")).toMatchObject({ state: "answered", value: "12" });
    expect(await end("number", "First 3 of them\nthen 4", "length")).toMatchObject({ state: "truncated" });
    expect(await end("exact", "one line\n", "length")).toMatchObject({ state: "truncated" });
  });
});
