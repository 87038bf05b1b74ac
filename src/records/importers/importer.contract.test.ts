import { describe, expect, it } from "vitest";
import type { Attempt } from "../attempt.ts";
import { type Row, toAttempt } from "../parse.ts";
import type { Importer } from "./importer.ts";
import * as importers from "./index.ts";

const family = Object.values<Importer>(importers);
const { longTable, ...foreign } = importers;

/** Records of an example: its lines, or the one document. */
const recordsOf = (text: string): Row[] => text.split("\n").map((line) => JSON.parse(line));

function rowsOf({ example: { text, beside = {} }, open }: Importer): Row[] {
  const files = Object.entries(beside).map(([name, content]) => [name, recordsOf(content)] as const);
  return recordsOf(text)
    .flatMap<Row | string>(open(new Map(files)))
    .filter((row) => typeof row !== "string");
}

describe.each(family)("importer $name", (importer) => {
  const { example, name, summary } = importer;

  it("recognizes its own example", () => {
    for (const record of recordsOf(example.text)) expect(importer.recognizes(record, example.file)).toBe(true);
  });

  it("gives the stated number of attempts, every one valid", () => {
    const attempts = rowsOf(importer).map(toAttempt);
    expect(attempts.filter((attempt) => typeof attempt === "string")).toEqual([]);
    expect(attempts.length).toBe(example.attempts);
  });

  it("gives the same rows again, and leaves the records alone", () => {
    expect(rowsOf(importer)).toEqual(rowsOf(importer));
    const records = recordsOf(example.text);
    for (const record of records) importer.open(new Map())(record);
    expect(records).toEqual(recordsOf(example.text));
  });

  it("says what is wrong with records that miss their fields, in the rows or at once", () => {
    const marks = Object.fromEntries(["dataset", "format"].map((field) => [field, recordsOf(example.text)[0]![field]]));
    for (const broken of [{ ...marks }, { ...marks, task_id: "t" }]) {
      const rows = [importer.open(new Map())(broken)].flat();
      for (const row of rows) expect(typeof row === "string" ? row : toAttempt(row)).toBeTypeOf("string");
    }
  });

  it("is named in kebab-case and sums itself up in one line", () => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(summary).toMatch(/^[^\n]{10,120}$/);
  });
});

describe("importers", () => {
  it("have names of their own", () => {
    expect(new Set(family.map(({ name }) => name)).size).toBe(family.length);
  });

  it("refuse the examples of all others; only the long table is asked last", () => {
    for (const importer of Object.values<Importer>(foreign))
      for (const { name, example } of family)
        if (name !== importer.name)
          expect(importer.recognizes(recordsOf(example.text)[0]!, example.file), `${importer.name} takes ${name}`).toBe(
            false,
          );
  });

  it("cite where public records come from", () => {
    const own: readonly Importer[] = [importers.longTable, importers.contingency, importers.histogram];
    for (const importer of family)
      if (!own.includes(importer)) expect(importer.citation).toMatch(/\(.*(MIT|Apache|CC BY).*\)/);
  });
});

describe("contingency", () => {
  const attempts = rowsOf(importers.contingency).map(toAttempt) as Attempt[];

  it("expands patterns in order, one task each", () => {
    expect([...new Set(attempts.map(({ taskId }) => taskId))]).toEqual(["pairs-1", "pairs-2", "pairs-3", "pairs-4"]);
    expect(
      attempts
        .filter(({ taskId }) => taskId === "pairs-1")
        .map(({ agent, answer, correct }) => [agent, answer, correct]),
    ).toEqual([
      ["ada", "A", 1],
      ["bob", "A", 1],
      ["cleo", "B", 0],
    ]);
  });

  it("keeps the grader's flags beside gold, no answer as null, and leaves out who was not asked", () => {
    expect(
      attempts.filter(({ taskId }) => taskId === "pairs-3").map(({ answer, gold, correct }) => [answer, gold, correct]),
    ).toEqual([
      ["A", "B", 0],
      ["B", "B", 1],
      [null, "B", 0],
    ]);
    const last = attempts.filter(({ taskId }) => taskId === "pairs-4");
    expect(last.map(({ agent, correct }) => [agent, correct])).toEqual([
      ["ada", 0],
      ["bob", 0],
    ]);
  });

  it("hands on costs and levels", () => {
    expect(attempts[0]).toMatchObject({ agent: "ada", tokensOut: 90 });
    expect(attempts[2]).toMatchObject({ agent: "cleo", level: "high" });
  });
});

describe("histogram", () => {
  it("expands blocks of equal answers into samples", () => {
    const attempts = rowsOf(importers.histogram).map(toAttempt) as Attempt[];
    expect(attempts.slice(6).map(({ taskId, sample, answer, correct }) => [taskId, sample, answer, correct])).toEqual([
      ["votes-3", 0, "right", 1],
      ["votes-3", 1, "wrong 1", 0],
      ["votes-3", 2, null, 0],
    ]);
  });
});
