/**
 * Executes the examples of a document against the sources, as a reader would type them.
 *
 * ```ts blocks import from "quorate" or "quorate/<stage>" and state results in comments:
 *
 *   majorityBias(0.2, 5);                  // → 0.3651        the value of the statement, to the digits shown
 *   const found = fixedPoint(aggregation); // → 0.9950        or of the constant
 *   levelMap(2, aggregation);              // → throws `bias` is 2
 *   plan.best;
 *   // → { kind: "tree", layers: 3, … }                       below it, where the line is long; `…` stands for anything
 *
 * Every statement ends in `;`. Numbers may be grouped (9_734) and are compared after rounding to the digits shown. A block is
 * a module of its own; ```ts continued goes on where the block before it ended.
 *
 * ```sh blocks whose first line starts with `npm exec quorate --` are run where a ```text block follows, which is what the
 * command writes (to standard error where it fails); a line `…` stands for any lines, `…` within a line for any text. A fence
 * that names a file (```jsonl answers.jsonl) writes it first. Commands and code run in an empty folder with `examples/` in it.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../../package.json" with { type: "json" };
import { quorateHere, root, run } from "../cli/run.ts";
import { matches } from "./expected.ts";

interface Block {
  /** What stands after the fence: `ts`, `ts continued`, `jsonl answers.jsonl`. */
  readonly info: string;
  /** Number of the block's first line in the document. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** What a document claims, and the line of the claim. */
interface Claim {
  readonly line: number;
  readonly expected: string;
}

/** Runs every example; one sentence per false one, with its line. An empty list: all examples are true. */
export async function executeDocument(markdown: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "quorate-docs-"));
  try {
    symlinkSync(join(root, "examples"), join(folder, "examples"));
    const blocks = fencedBlocks(markdown);
    for (const { info, lines } of blocks) {
      const [, file] = info.split(" ");
      if (file === undefined || info.startsWith("ts ")) continue;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), lines.join("\n") + "\n");
    }
    const commands: string[] = [];
    for (const [i, block] of blocks.entries())
      if (block.info === "sh" && block.lines[0]?.startsWith(command) && blocks[i + 1]?.info === "text")
        commands.push(...(await executeCommands(block, blocks[i + 1]!, folder)));
    return [...(await executeModules(blocks, folder)), ...commands];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Fences of three backticks; what is inside longer ones is quoted Markdown and no example. */
export function fencedBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const [, fence, info] = /^(`{3,})(.*)$/.exec(lines[i]!) ?? [];
    if (fence === undefined) continue;
    const end = lines.indexOf(fence, i + 1);
    if (end < 0) throw new Error(`the fence of line ${i + 1} is never closed`);
    if (fence === "```") blocks.push({ info: info!.trim(), line: i + 2, lines: lines.slice(i + 1, end) });
    i = end;
  }
  return blocks;
}

/** Compiles and runs all TypeScript blocks, each chain of them as one module in one child process. */
async function executeModules(blocks: readonly Block[], folder: string): Promise<string[]> {
  const modules: { readonly file: string; source: string }[] = [];
  const claims: Claim[] = [];
  for (const { info, line, lines } of blocks) {
    if (info !== "ts" && info !== "ts continued") continue;
    if (info === "ts") modules.push({ file: `line-${line}.ts`, source: "" });
    const last = modules.at(-1);
    if (last === undefined) return [`line ${line}: "ts continued" has no block to continue`];
    const instrumented = instrument(lines, line, claims);
    if (typeof instrumented === "string") return [instrumented];
    // empty lines in front: messages of compiler and runtime then name the document's lines
    const empty = "\n".repeat(line - 1 - last.source.split("\n").length + 1);
    last.source += empty + resolveImports(instrumented, folder).join("\n") + "\n";
  }
  if (modules.length === 0) return [];
  for (const { file, source } of modules) writeFileSync(join(folder, file), `${source}\nexport {};\n`);
  writeFileSync(join(folder, "globals.d.ts"), "declare function claim(line: number, value: unknown): void;\n");
  writeFileSync(join(folder, "main.mjs"), runner(modules.map(({ file }) => file)));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(compilerOptions));
  const [compiled, ran] = await Promise.all([
    run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { cwd: folder }),
    run(process.execPath, ["main.mjs"], { cwd: folder }),
  ]);
  const problems = compiled.stdout.split("\n").filter((text) => text.startsWith("line-")); // the sources are not ours
  if (ran.code !== 0) return [...problems, ran.stderr];
  const results = new Map<number, string>();
  for (const [line, text] of JSON.parse(ran.stdout.split("\n").at(-1)!) as [number, string][]) {
    if (claims.some((claim) => claim.line === line)) results.set(line, text);
    else problems.push(text);
  }
  for (const { line, expected } of claims) {
    const actual = results.get(line);
    if (actual === undefined) problems.push(`line ${line}: ${expected} is claimed, but this line was never reached`);
    else if (!matches(expected, actual)) problems.push(`line ${line}: ${expected} is claimed, it is ${actual}`);
  }
  return problems;
}

const arrow = /(^|\s)\/\/ → (.*)$/;

/** Hands the value of every statement with a claim to `claim`; a sentence where that cannot be done. */
function instrument(lines: readonly string[], first: number, claims: Claim[]): string[] | string {
  const out = [...lines];
  for (let i = 0; i < lines.length; i++) {
    const found = arrow.exec(lines[i]!);
    if (!found) continue;
    let expected = found[2]!;
    const own = lines[i]!.slice(0, found.index);
    const end = own.trim() === "" ? i - 1 : i; // the statement's last line
    while (/^\s*\/\/ {3}/.test(lines[i + 1] ?? "")) expected += " " + lines[++i]!.replace(/^\s*\/\//, "").trim();
    const line = first + end;
    const text = (at: number) => (at === i || at === end ? lines[at]!.replace(arrow, "") : lines[at]!).trimEnd();
    let start = end;
    const statementFrom = (at: number) =>
      Array.from({ length: end - at + 1 }, (_, offset) => text(at + offset)).join("\n");
    while (start > 0 && (!isBalanced(statementFrom(start)) || !endsBefore(text(start - 1)))) start--;
    const statement = statementFrom(start);
    const constant = /^\s*(?:const|let) (\w+)\b[\s\S]*=[\s\S]*;$/.exec(statement)?.[1];
    const expression = /^([\s\S]*);$/.exec(statement)?.[1];
    if (
      expression === undefined ||
      (constant === undefined && /^\s*(const|let|import|return|if|for)\b/.test(statement))
    )
      return `line ${line}: a claim stands after an expression or a constant that ends in ";"`;
    const value = expected.startsWith("throws ") ? `() => (${expression})` : expression;
    const replaced = constant ? `${statement} claim(${line}, ${constant});` : `claim(${line}, ${value.trim()});`;
    for (const [at, replacement] of replaced.split("\n").entries()) out[start + at] = replacement;
    claims.push({ line, expected });
  }
  return out;
}

/** Whether a statement may begin after this line. */
const endsBefore = (line: string) => /^$|[;}]$|(\)|=>) \{$|^\s*\/\//.test(line.replace(/\s+\/\/ .*$/, ""));

/** Whether all brackets outside of texts and comments are closed. */
function isBalanced(code: string): boolean {
  const bare = code.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|`(\\.|[^`\\])*`|\/\/.*$/gm, "");
  return (bare.match(/[([{]/g)?.length ?? 0) === (bare.match(/[)\]}]/g)?.length ?? 0);
}

/** Package names become the sources they are built from. */
function resolveImports(lines: readonly string[], folder: string): string[] {
  const exported: Record<string, string> = packageJson.exports;
  return lines.map((line) =>
    line.replace(/(\bfrom |\bimport\(?\s*)"quorate(\/[\w-]+)?"/g, (_, before: string, path = "") => {
      const built = exported[`.${path}`];
      if (built === undefined) throw new Error(`package.json exports no "quorate${path}"`);
      const source = join(root, built.replace("./dist/", "src/").replace(/\.js$/, ".ts"));
      return `${before}"${relative(folder, source)}"`;
    }),
  );
}

/** A program that imports the modules in turn and prints what they claimed, as the last line of its output. */
const runner = (files: readonly string[]) => `
  import { show } from ${JSON.stringify(fileURLToPath(new URL("./expected.ts", import.meta.url)))};
  const results = [];
  globalThis.claim = (line, value) => results.push([line, show(value)]);
  for (const file of ${JSON.stringify(files)})
    try {
      await import("./" + file);
    } catch (error) {
      results.push([-1, file + ": " + (error.stack ?? error)]);
    }
  process.stdout.write("\\n" + JSON.stringify(results));
`;

const compilerOptions = {
  extends: join(root, "tsconfig.json"),
  compilerOptions: { typeRoots: [join(root, "node_modules/@types")], noUnusedLocals: false },
  include: ["*.ts"],
};

const command = "npm exec quorate -- ";

async function executeCommands({ line, lines }: Block, { lines: expected }: Block, cwd: string): Promise<string[]> {
  let actual = "";
  for (const text of lines.join("\n").replaceAll("\\\n", " ").split("\n")) {
    if (text.trim() === "") continue;
    if (!text.startsWith(command)) return [`line ${line}: only lines of "${command}" are executed, not: ${text}`];
    const { code, stdout, stderr } = await quorateHere(words(text.slice(command.length)), { cwd });
    actual += code === 0 || code === 3 ? stdout : stderr;
  }
  if (matches(expected.join("\n").trim(), actual.trim(), "lines")) return [];
  return [`line ${line}: the command writes\n${actual}`];
}

/** Splits a command as a shell does: quotes hold words together, # starts a comment. */
function words(text: string): string[] {
  const found: string[] = [];
  for (const [word] of text.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    if (word.startsWith("#")) break;
    found.push(word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ""));
  }
  return found;
}
