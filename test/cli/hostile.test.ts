// What a user's machine and files may do to us: strange names, odd sets, full disks, readers that leave, signals.
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../src/theory/random.ts";
import { quorateHere, root } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = Record<string, unknown>;
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const table = (name: string, rows: readonly Row[]) =>
  write(name, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
/** Right or wrong by a coin of the seed: 60 % and a little more for every further agent. */
const rows = (tasks: number, agents: readonly string[], samples = 1): Row[] => {
  const next = random(1, "hostile");
  return Array.from({ length: tasks }, (_, task) =>
    agents.flatMap((agent, i) =>
      Array.from(
        { length: samples },
        (_, sample): Row => ({ task_id: `t${task}`, agent, sample, correct: Number(next() < 0.6 + 0.02 * i) }),
      ),
    ),
  ).flat();
};
const abc = ["a", "b", "c"];
const good = table("good.jsonl", rows(40, abc, 3));
const noNumber = /.{0,40}\b(?:NaN|undefined|Infinity)\b.{0,20}/;

describe("odd sets", () => {
  const strange = [
    "a@b",
    "a,b+c~d:3/m=4",
    '"<script>alert(1)</script>',
    "naïve 模型 🤖",
    "line\nbreak",
    "\u001b[31mred",
    "\u202eright",
    "nul\u0000",
    "constructor",
    "__proto__",
    "%41",
  ];
  const always = (correct: 0 | 1) => rows(40, abc, 5).map((row) => ({ ...row, correct }));
  const sets: Record<string, readonly Row[]> = {
    "four tasks": rows(4, abc, 5),
    "one agent": rows(40, ["a"]),
    "all right": always(1),
    "all wrong": always(0),
    "all unparsed": always(0).map((row) => ({ ...row, answer: null, status: "unparsed" })),
    "scores with repeats": rows(40, abc, 5).map(({ correct, ...row }) => ({
      ...row,
      score: 0.3 + Number(correct) / 2,
    })),
    "aggregated samples": rows(40, abc).map(({ correct, ...row }) => ({
      ...row,
      n_samples: 10,
      n_correct: 4 + 5 * Number(correct),
    })),
    "no task in common": rows(40, abc).filter(
      ({ task_id, agent }) => Number(String(task_id).slice(1)) % 3 === abc.indexOf(String(agent)),
    ),
    "costs of zero": rows(40, abc).map((row) => ({ ...row, tokens_in: 0, tokens_out: 0, cost_usd: 0, seconds: 0 })),
    "the largest dollars": rows(40, abc).map((row) => ({ ...row, cost_usd: 1e15 })),
    "tokens of one agent only": rows(60, abc, 5).map((row) =>
      row["agent"] === "b" ? { ...row, tokens_in: 100, tokens_out: 50 } : row,
    ),
    "prices that differ by task": rows(60, abc, 3).map((row, i) => ({ ...row, cost_usd: 0.001 * (1 + (i % 7)) })),
    "levels as numbers and words": rows(40, abc).flatMap((row) =>
      [100, "300", "high"].map((level) => ({ ...row, level })),
    ),
    "very long answers": rows(20, abc).map((row) => ({
      ...row,
      answer: row["correct"] ? "y" : "x".repeat(200_000),
      gold: "y",
    })),
    "names out of a nightmare": rows(40, strange, 3),
    "tasks out of a nightmare": rows(30, abc).map((row) => ({
      ...row,
      task_id: `<img src=x>\u001b[1m${row["task_id"]}`,
      answer: "</style><script>",
      gold: "<b>",
    })),
  };
  it.each(Object.entries(sets))("%s: calibrated and studied", async (name, set) => {
    const file = table(`${name}.jsonl`, set);
    const out = ["html", "md", "txt"].map((ending) => join(folder, `${name}.${ending}`));
    const [calibrated, studied] = [
      await quorateHere(["calibrate", file]),
      await quorateHere(["study", file, "--splits", "2", "--out", ...out]),
    ];
    expect({ code: calibrated.code, stderr: calibrated.stderr }).toEqual({ code: 0, stderr: "" });
    expect(studied.stderr.replaceAll(/^\{"event":"progress".*\n/gm, "")).toBe("");
    expect(studied.code).toBe(0);
    for (const text of [calibrated.stdout, studied.stdout, ...out.map((path) => readFileSync(path, "utf8"))]) {
      expect(text.match(noNumber)?.[0]).toBeUndefined();
      expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    }
    expect(readFileSync(out[0]!, "utf8")).not.toMatch(/<(?:script|img)/i);
  });

  it.each([
    ["two tasks", rows(2, abc)],
    ["three tasks", rows(3, abc)],
    ["ungraded answers", rows(30, abc).map(({ correct, ...row }) => ({ ...row, answer: String(correct) }))],
  ])("%s: too little to study, said without a stack", async (name, set) => {
    const { code, stdout, stderr } = await quorateHere(["study", table(`${name}.jsonl`, set), "--splits", "0"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^quorate: .*\n→ .*\n$/);
  });
});

describe("forms of files", () => {
  const lines = readFileSync(good, "utf8");
  const csv = rows(30, ['says "hi", twice', "plain"])
    .map(
      ({ task_id, agent, correct }) =>
        `${task_id},"${String(agent).replaceAll('"', '""')}","two\nlines",${correct}\r\n`,
    )
    .join("");
  it.each([
    ["a byte order mark and CRLF", "bom.jsonl", `\ufeff${lines.replaceAll("\n", "\r\n")}`, 3],
    [
      "CSV with quotes, commas and line breaks in cells",
      "quoted.csv",
      `\ufefftask_id,agent,answer,correct\r\n${csv}`,
      2,
    ],
    ["a file that was cut off in its last line", "cut.jsonl", lines.slice(0, -9), 3],
  ])("%s", async (_, name, text, agents) => {
    const { code, stdout } = await quorateHere(["calibrate", write(name, text), "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).agents).toHaveLength(agents);
  });

  it("refuses a pipe, which cannot be read twice, instead of waiting for ever", async () => {
    const pipe = join(folder, "pipe.jsonl");
    spawnSync("mkfifo", [pipe]);
    const { code, stderr } = await quorateHere(["calibrate", pipe]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("pipe") });
  });
});

describe("options", () => {
  it.each([
    [["--per-task", "1,5calls"], /1,5 separates no thousands/],
    [["--per-task", "-5calls"], /above 0/],
    [["--per-task", "1e400calls"], /above 0/],
    [["--per-task", "5CALLS"], /CALLS/],
    [["--per-task", "$"], /no amount/],
    [["--per-task", "1e-300calls"], /1e-300|0\.0+1|at least 1 call/],
    [["--per-task", "5calls", "--confidence", "0.5"], /confidence/],
    [["--per-task", "5calls", "--seed", "9007199254740992"], /seed/],
    [["--per-task", "5calls", "--seed", ""], /seed/],
  ])("%j is refused", async (options, says) => {
    const { code, stdout, stderr } = await quorateHere(["plan", good, ...options]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
  });

  it("refuses a report in a form that is not written, before the study", async () => {
    const { code, stderr } = await quorateHere(["study", good, "--out", join(folder, "report.pdf")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/\.html, \.md, \.json or \.txt/);
    expect(stderr).not.toContain("progress");
  });
});

describe("writing", () => {
  const study = (...out: string[]) => quorateHere(["study", good, "--splits", "0", "--out", ...out]);
  const left = () => readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".part"));

  it("makes folders that are missing, and writes the same file twice", async () => {
    const path = join(folder, "new/deeper/report.html");
    expect((await study(path, path)).code).toBe(0);
    expect(readFileSync(path, "utf8")).toMatch(/<\/html>\s*$/);
  });

  it("does not write over a folder", async () => {
    const path = join(folder, "folder.html");
    mkdirSync(path);
    const { code, stderr } = await study(path);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("it is a folder") });
    expect(left()).toEqual([]);
  });

  it("writes through a link and leaves it a link", async () => {
    const [target, link] = [join(folder, "target.html"), join(folder, "link.html")];
    writeFileSync(target, "old");
    symlinkSync(target, link);
    expect((await study(link)).code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, "utf8")).toMatch(/<\/html>\s*$/);
  });

  it("writes into a pipe instead of putting a file in its place", async () => {
    const pipe = join(folder, "out.html"); // stands for /dev/null, too, which a rename as root would replace
    spawnSync("mkfifo", [pipe]);
    const reader = spawn("cat", [pipe]);
    let read = "";
    reader.stdout.on("data", (chunk) => {
      read += chunk;
    });
    const closed = new Promise((resolve) => reader.on("close", resolve));
    expect((await study(pipe)).code).toBe(0);
    await closed;
    expect(read).toMatch(/<\/html>\s*$/);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it("leaves the old file or the whole new one, whenever it is killed", async () => {
    const path = join(folder, "killed.html");
    for (const milliseconds of [200, 400, 500, 600, 800]) {
      writeFileSync(path, "old");
      const child = spawn(process.execPath, ["-e", command, "--", "study", good, "--splits", "0", "--out", path], {
        cwd: root,
        stdio: "ignore",
      });
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
      await new Promise((resolve) => child.on("close", resolve));
      clearTimeout(timer);
      expect(readFileSync(path, "utf8")).toMatch(/^old$|<\/html>\s*$/);
    }
  });
});

const command = `import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)}).then((cli) => cli.main(process.argv.slice(1)))`;
const shell = (line: string) =>
  spawnSync("bash", ["-c", `set -o pipefail; quorate() { "$NODE" -e "$COMMAND" -- "$@"; }; ${line}`], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath, COMMAND: command, NO_COLOR: "1" },
  });

describe("readers and disks", () => {
  it("ends quietly where its reader leaves early", () => {
    const { status, stdout, stderr } = shell(
      `quorate plan examples/gsm8k/answers.json --per-task '$0.01' --json | head -1`,
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "{\n", stderr: "" });
  });

  it("goes on where only the reader of its progress leaves", () => {
    const path = join(folder, "unread.html");
    shell(`quorate study ${good} --splits 30 --out ${path} 2>&1 >${join(folder, "printed.txt")} | head -1`);
    expect(readFileSync(path, "utf8")).toMatch(/<\/html>\s*$/);
  });

  it.skipIf(!existsSync("/dev/full"))("says that the disk is full", () => {
    const { status, stderr } = shell(`quorate calibrate ${good} >/dev/full`);
    expect({ status, stderr }).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^quorate: Standard output could not be written: .*\n→ .*\n$/),
    });
  });
});
