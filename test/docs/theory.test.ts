// docs/theory.md and the code point at each other: functions, sections, formulas that GitHub renders.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { figures } from "../../docs/figures/make.ts";
import * as calibrate from "../../src/calibrate/index.ts";
import * as theory from "../../src/theory/index.ts";
import { mathProblems, withoutCode } from "./math.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const text = readFileSync(join(root, "docs/theory.md"), "utf8");
const lines = withoutCode(text).split("\n");

/** Functions of a stage and the file each comes from, by the lines of its index. */
function functionsOf(folder: string, module: Readonly<Record<string, unknown>>): [name: string, file: string][] {
  const index = readFileSync(join(root, folder, "index.ts"), "utf8");
  return [...index.matchAll(/export \{([^}]*)\} from "\.\/([^"]+)"/g)].flatMap(([, names, file]) =>
    names!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => typeof module[name] === "function" && !(module[name].prototype instanceof Error))
      .map((name): [string, string] => [name, `${folder}/${file}`]),
  );
}

const links = [...text.matchAll(/\[`(\w+)`\]\(\.\.\/(src\/[^)#]+\.ts)\)/g)].map(([, name, file]) => ({
  name: name!,
  file: file!,
}));

describe("docs/theory.md", () => {
  const functions = [
    ...functionsOf("src/theory", theory),
    ...functionsOf("src/calibrate", calibrate).filter(([, file]) => file.includes("/estimators/")),
  ];

  it("links every function of the theory and of the estimators to its file", () => {
    expect(functions.length).toBeGreaterThan(150);
    const linked = new Set(links.map(({ name, file }) => `${name} in ${file}`));
    expect(functions.map(([name, file]) => `${name} in ${file}`).filter((one) => !linked.has(one))).toEqual([]);
  });

  it("links only what the file exports", () => {
    const missing = links.filter(({ name, file }) => {
      const path = join(root, file);
      const exported = new RegExp(`^export (async )?(abstract )?(function|const|class|interface|type) ${name}\\b`, "m");
      return !existsSync(path) || !exported.test(readFileSync(path, "utf8"));
    });
    expect(missing).toEqual([]);
  });

  it("has the sections that comments in the code cite", () => {
    const sections = new Set([...text.matchAll(/^##+ (\d+(?:\.\d+)?)\.? /gm)].map(([, number]) => number));
    for (let section = 0; section <= 18; section++) expect(sections).toContain(String(section));
    const cited = ["theory", "calibrate"].flatMap((stage) =>
      readdirSync(join(root, "src", stage), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .flatMap((file) =>
          [...readFileSync(join(root, "src", stage, file), "utf8").matchAll(/§§?(\d+(?:\.\d+)?)(?:, (\d+))?/g)].flatMap(
            ([, ...numbers]) => numbers.filter(Boolean).map((number) => ({ file: `${stage}/${file}`, number })),
          ),
        ),
    );
    expect(cited.length).toBeGreaterThan(100);
    expect(cited.filter(({ number }) => !sections.has(number))).toEqual([]);
  });

  it("has no dead links", () => {
    const anchors = [...text.matchAll(/^##+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    );
    const targets = [...lines.join("\n").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const dead = targets.filter((target) =>
      target.startsWith("#")
        ? !anchors.includes(target.slice(1))
        : !target.startsWith("https://") && !existsSync(join(root, "docs", target.split("#")[0]!)),
    );
    expect(dead).toEqual([]);
  });

  it("links every formula of its own line or table row to a function", () => {
    const bare: string[] = [];
    for (const [i, line] of lines.entries()) {
      const nearby = line.startsWith("$$") ? lines.slice(i, i + 4).join(" ") : line;
      const formula = line.startsWith("$$") || (isFormulaTable(i) && line.includes("$"));
      if (formula && !nearby.includes("](../src/")) bare.push(line);
    }
    expect(bare).toEqual([]);
  });

  /** Whether this line is a row of a table that has a column `formula`. */
  function isFormulaTable(row: number): boolean {
    let head = row;
    while (lines[head - 1]?.startsWith("|")) head--;
    return row > head + 1 && /\| formula \|/.test(lines[head]!);
  }

  it("shows figures as the theory draws them today", () => {
    for (const [name, draw] of Object.entries(figures))
      expect(readFileSync(join(root, "docs/figures", name), "utf8"), "node docs/figures/make.ts").toBe(draw());
  });

  it("writes formulas that GitHub renders", () => {
    expect(mathProblems(text)).toEqual([]);
  });

  it("has an example in every section that states formulas", () => {
    const sections = text.split(/^## /m).slice(3); // after 0 (the paper) and the introduction
    expect(sections.filter((section) => !/^```ts/m.test(section)).map((section) => section.split("\n")[0])).toEqual([
      "18. Where it is and how it is checked", // its example is a command
    ]);
  });
});

describe("mathProblems", () => {
  it.each([
    ["a formula never closed", "where $\\alpha is large", /not closed/],
    ["a bracket never closed", "$\\frac{1}{2$", /braces/],
    ["\\left alone", "$\\left(a$", /left/],
    ["a macro that GitHub refuses", "$\\operatorname{sign}$", /operatorname/],
    ["blanks inside the dollars", "$ a$ and $b $", /blank/],
    ["a letter after the dollar", "$b$-vote", /beside/],
    ["what Markdown takes for itself", "$a*b*c$", /Markdown/],
    ["an underscore that opens emphasis", "$(a)_{i}$", /Markdown/],
    ["a bar in a table", "| $|a|$ |", /Markdown/],
    ["a tag", "$a<b$", /Markdown/],
    ["an escape that Markdown eats", "$a\\,b$", /Markdown/],
  ])("finds %s", (_, markdown, problem) => {
    expect(mathProblems(markdown).join("\n")).toMatch(problem);
  });

  it("finds nothing in what is right, nor in code", () => {
    const right = "With $\\mu_0\\gt 0$, ($s$) and `$x`:\n\n$$\\frac{a}{b}$$\n\n```sh\necho $HOME *\n```\n";
    expect(mathProblems(right)).toEqual([]);
  });
});
