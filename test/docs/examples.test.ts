// Every ```ts block of docs/*.md is compiled and run, and `statement; // → 1.4357` must hold to the digits shown; every
// ```sh block of `npm exec quorate -- …` lines with a ```text block after it must print that text (`…` elides). See execute.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../cli/run.ts";
import { executeDocument } from "./execute.ts";

const documents = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));

describe("the examples of docs/", () => {
  it.concurrent.each(documents)("%s: everything its examples claim is true", async (file) => {
    expect(await executeDocument(readFileSync(join(root, "docs", file), "utf8"))).toEqual([]);
  });
});

describe("the executor", () => {
  const problemsOf = (...lines: string[]) => executeDocument(lines.join("\n"));

  it("finds nothing wrong with what is right", async () => {
    const problems = await problemsOf(
      "```ts",
      'import { amplification, fixedPoint } from "quorate/theory";',
      "const node = { fanIn: 5, fidelity: 0.6, rho: 0 };",
      "amplification(node); // → 1.125",
      "const limit = fixedPoint(node); // → 0.6991",
      "fixedPoint({",
      "  ...node,",
      "  rho: 0.1, // some of it shared",
      "}); // → 0.5556",
      "amplification({ ...node, rho: 2 }); // → throws rho",
      "[{ ...node, limit }, limit * 1e6];",
      "// → [{ fanIn: 5, …, limit: 0.70 },",
      "//   6.99e5]",
      "```",
      "and then",
      "```ts continued",
      "limit; // → 0.699",
      "```",
    );
    expect(problems).toEqual([]);
  });

  it("finds a wrong digit, and says what it is and where", async () => {
    const problems = await problemsOf(
      "```ts",
      'import { amplification } from "quorate/theory";',
      "amplification({ fanIn: 5, fidelity: 0.6, rho: 0 }); // → 1.126",
      "```",
    );
    expect(problems).toEqual(["line 3: 1.126 is claimed, it is 1.125"]);
  });

  it.each([
    ["a type error", "const x: string = 1;", /TS2322/],
    ["an exception", "throw new Error('broken');", /broken/],
    ["a claim about no value", "for (const x of [1]) x; // → 1", /after an expression or a constant/],
    ["a claim that is never reached", "if (Math.random() > 2) {\n1 + 1; // → 2\n}", /never reached/],
    ["a missing error", "(1 + 1); // → throws rho", /it is 2/],
    ["an unexpected one", 'JSON.parse("{"); // → 2', /SyntaxError/],
    ["a wrong word", '["a", 1]; // → ["b", 1]', /it is \["a", 1\]/],
    ["a wrong part", "({ a: 1, b: 2 }); // → { …, b: 3 }", /it is \{ a: 1, b: 2 \}/],
  ])("finds %s", async (_, code, problem) => {
    expect((await problemsOf("```ts", code, "```")).join("\n")).toMatch(problem);
  });

  it("shares nothing between blocks", async () => {
    const problems = await problemsOf("```ts", "const x = 1;", "```", "```ts", "x; // → 1", "```");
    expect(problems.join("\n")).toMatch(/Cannot find name 'x'/);
  });

  it("runs commands where their output follows, with files that the document states", async () => {
    const document = (output: string) => [
      "```jsonl answers.jsonl",
      '{"task_id": "t1", "agent": "a", "correct": 2}',
      "```",
      "```sh",
      "npm exec quorate -- calibrate answers.jsonl \\",
      "  --seed 1 # a comment",
      "```",
      "```text",
      ...output.split("\n"),
      "```",
    ];
    const [problem] = await problemsOf(...document("something else"));
    expect(problem).toMatch(/^line 5: the command writes\nquorate: /);
    const said = problem!.split("\n").slice(1).join("\n").trim();
    expect(await problemsOf(...document(said))).toEqual([]);
    expect(await problemsOf(...document(`${said.slice(0, 20)}…\n…`))).toEqual([]);
    expect(await problemsOf(...document(`…\n${said.split("\n").at(-1)}!`))).toHaveLength(1);
  });

  it("leaves commands alone that state no output", async () => {
    expect(await problemsOf("```sh", "npm exec quorate -- study missing.jsonl", "```")).toEqual([]);
  });
});
