import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { formatAttempts } from "./parse.ts";
import { readAttempts, readConfig } from "./read.ts";

const cwd = mkdtempSync(join(tmpdir(), "quorate-read-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
  return path;
}

const line = (task: string, agent = "a") => `${JSON.stringify({ task_id: task, agent, correct: 1 })}\n`;
const pairs = { format: "quorate-contingency/1", name: "pairs", citation: ["made up"], agents: [{ name: "a" }] };
const tasksOf = async (...paths: string[]) => (await readAttempts(paths, { cwd })).attempts.map(({ taskId }) => taskId);

describe("readAttempts", () => {
  it("reads JSON lines, plain and packed, with blank lines, a byte order mark and Windows line ends", async () => {
    const text = `\ufeff${line("t").trimEnd()}\r\n\r\n${line("u").trimEnd()}`;
    expect(await tasksOf(write("plain.jsonl", text))).toEqual(["t", "u"]);
    expect(await tasksOf(write("packed.jsonl.gz", gzipSync(text)))).toEqual(["t", "u"]);
  });

  it("reads CSV with quoted commas, quotes and line breaks, plain and packed", async () => {
    const csv = `\ufefftask_id, agent,answer,gold,tokens_out\n"a ""quoted"", text\nin two lines",x,12,12.0,5\nu,x,,3,\n`;
    for (const path of [write("table.csv", csv), write("table.csv.gz", gzipSync(csv))])
      expect((await readAttempts([path], { cwd })).attempts).toEqual([
        { taskId: 'a "quoted", text\nin two lines', agent: "x", sample: 0, answer: "12", gold: "12.0", tokensOut: 5 },
        { taskId: "u", agent: "x", sample: 0, answer: null, gold: "3" },
      ]);
  });

  it("reads a JSON list, and a document of our own form with its name and citation", async () => {
    const list = JSON.stringify([{ task_id: "t", agent: "a", correct: 1 }]);
    expect(await tasksOf(write("list.json", list))).toEqual(["t"]);
    const path = write("pairs/answers.json", JSON.stringify({ ...pairs, patterns: [["A", "A", 2]] }));
    const { name, sources, attempts } = await readAttempts([path], { cwd });
    expect([name, sources, attempts.length]).toEqual(["pairs", ["made up"], 2]);
  });

  it("streams: lines that lie across chunks are whole, in UTF-8 too", async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => line(`t${i}`, `ä${"ß".repeat(i % 17)}`)).join("");
    const { attempts, badLines } = await readAttempts([write("long.jsonl.gz", gzipSync(text))], { cwd });
    expect(badLines).toEqual([]);
    expect(attempts.length).toBe(20_000);
    expect(attempts.at(-1)).toMatchObject({ taskId: "t19999", agent: `ä${"ß".repeat(19_999 % 17)}` });
  });

  it("reads several files, globs and folders, each file once", async () => {
    write("many/1.jsonl", line("one"));
    write("many/2.jsonl", line("two"));
    write("many/3.csv", "task_id,agent,correct\nthree,a,1\n");
    expect(await tasksOf("many/1.jsonl", "many/2.jsonl")).toEqual(["one", "two"]);
    expect(await tasksOf("many/*.jsonl", "many/2.jsonl")).toEqual(["one", "two"]);
    expect(await tasksOf("many")).toEqual(["one", "two", "three"]);
    expect((await readAttempts(["many/1.jsonl", "many/2.jsonl"], { cwd })).name).toBe("1 and 1 more");
  });

  it("passes over the other files of a folder, and says so", async () => {
    write("mixed/records.jsonl", line("t"));
    write("mixed/tasks.jsonl", '{"task_id":"t","category":"law"}\n');
    write("mixed/README.md", "words");
    write("mixed/quorate.config.json", "{}");
    const { name, sources } = await readAttempts(["mixed"], { cwd });
    expect(name).toBe("mixed");
    expect(sources).toEqual(["Passed over in mixed, no attempts: tasks.jsonl."]);
  });

  it("counts bad lines with their place and reason, and keeps the others", async () => {
    const path = write(
      "some.jsonl",
      `${line("t")}{"task_id":\n[1]\n${line("u")}{"task_id":"v","agent":"a","correct":2}\n`,
    );
    const { attempts, lines, badLines } = await readAttempts([path], { cwd });
    expect([attempts.length, lines]).toEqual([2, 5]);
    expect(badLines).toEqual([
      { file: path, line: 2, reason: expect.stringMatching(/^not JSON/) },
      { file: path, line: 3, reason: "not a JSON object" },
      { file: path, line: 5, reason: expect.stringMatching(/^correct is 2/) },
    ]);
  });

  it("counts CSV lines of another length", async () => {
    const path = write("ragged.csv", "task_id,agent,correct\nt,a,1\nu,a\nv,a,0\n");
    const { attempts, badLines } = await readAttempts([path], { cwd });
    expect(attempts.length).toBe(2);
    expect(badLines).toEqual([{ file: path, line: 3, reason: expect.stringMatching(/length/) }]);
  });

  it("maps foreign field names, after the importer", async () => {
    const foreign = '{"question":"t","model":"a","trial":3,"ok":1}\n';
    const map = { task_id: "question", agent: "model", sample: "trial", correct: "ok" };
    const { attempts } = await readAttempts([write("foreign.jsonl", foreign)], { cwd, map });
    expect(attempts).toEqual([{ taskId: "t", agent: "a", sample: 3, correct: 1 }]);
    const trials =
      '{"dataset":"reflexion-trials","task_id":"t","agent":"a","trial":2,"status":"correct","correct":1}\n';
    const mapped = await readAttempts([write("trials.jsonl", trials)], { cwd, map: { sample: "trial" } });
    expect(mapped.attempts[0]).toMatchObject({ sample: 2, level: "2", status: "ok" });
  });

  it("reads the columns of a CSV as the fields that they are mapped to", async () => {
    const csv = "task_id,model,trial,ok,out\nt,a,1,True,\nt,a,0,0,5\n";
    const map = { agent: "model", sample: "trial", correct: "ok", answer: "out" };
    const { attempts } = await readAttempts([write("foreign.csv", csv)], { cwd, map });
    expect(attempts).toEqual([
      { taskId: "t", agent: "a", sample: 1, answer: null, correct: 1 },
      { taskId: "t", agent: "a", sample: 0, answer: "5", correct: 0 },
    ]);
  });

  it("takes the importer that is named", async () => {
    const record = '{"dataset":"llmdrift","task_id":"t","agent":"a","correct":1,"latency_s":2}\n';
    const path = write("drift.jsonl", record);
    expect((await readAttempts([path], { cwd })).attempts[0]).toMatchObject({ seconds: 2 });
    const plain = await readAttempts([path], { cwd, from: "long-table" });
    expect(plain.attempts[0]).toMatchObject({ extra: { latency_s: 2 } });
    write("drifts/records.jsonl", record);
    write("drifts/stats.json", '{"dataset":"llmdrift"}');
    expect((await readAttempts(["drifts"], { cwd, from: "long-table" })).attempts.length).toBe(1);
  });

  it("reads back what it wrote", async () => {
    const { attempts } = await readAttempts([write("first.jsonl", `${line("t")}${line("t")}${line("u")}`)], { cwd });
    const path = write("second.jsonl", [...formatAttempts({ attempts })].join(""));
    expect((await readAttempts([path], { cwd })).attempts).toEqual(attempts);
  });

  describe("says what is wrong and what to do", () => {
    it.each<[string, () => string, string, RegExp]>([
      ["a missing file", () => "none.jsonl", "file-missing", /No file at none\.jsonl/],
      ["a glob without a match", () => "none/*.jsonl", "file-missing", /none\/\*\.jsonl/],
      ["an empty file", () => write("empty.jsonl", ""), "no-attempts", /empty\.jsonl holds no attempts/],
      ["an empty CSV", () => write("empty.csv", "task_id,agent\n"), "no-attempts", /empty\.csv/],
      ["a folder without attempts", () => dirname(write("bare/README.md", "")), "no-attempts", /bare holds/],
      ["a file that is not gzip", () => write("fake.jsonl.gz", line("t")), "unreadable-gzip", /incorrect header/],
      [
        "a gzip cut off",
        () => write("cut.jsonl.gz", gzipSync(line("t")).subarray(0, 30)),
        "unreadable-gzip",
        /cut\.jsonl/,
      ],
      [
        "a packed document cut off",
        () => write("cut.json.gz", gzipSync("[]").subarray(0, 12)),
        "unreadable-gzip",
        /cut\.json/,
      ],
      ["an empty gzip", () => write("empty.jsonl.gz", ""), "unreadable-gzip", /empty/],
      ["Parquet", () => write("a.parquet", "PAR1"), "unsupported-format", /Parquet is not read yet/],
      ["a foreign format", () => write("a.xlsx", ""), "unsupported-format", /a\.xlsx/],
      [
        "a repeated key",
        () => write("twice.jsonl", line("t").replace("}", ',"sample":0}').repeat(2)),
        "duplicate-key",
        /twice\.jsonl:2 repeats the attempt of twice\.jsonl:1/,
      ],
      [
        "lines that are all bad",
        () => write("bad.jsonl", '{"task_id":"t"}\n'.repeat(5)),
        "bad-fields",
        /line 1: agent is missing; line 2: .*; line 3: .*; and 2 more/,
      ],
      [
        "a document of our form that is damaged",
        () => write("damaged.json", JSON.stringify({ ...pairs, patterns: [["AB", "A", 1]] })),
        "bad-fields",
        /patterns\.0\.0: one character per agent, 1, not 2/,
      ],
      [
        "a set that is known to hold no attempts",
        () => write("load.jsonl", '{"dataset":"aider-levels","task_id":"t"}\n'),
        "bad-fields",
        /leaderboard totals/,
      ],
    ])("%s", async (_, make, code, message) => {
      const failure = await readAttempts([make()], { cwd }).catch((error) => error);
      expect(failure).toMatchObject({ code, exitCode: 2, message: expect.stringMatching(message) });
      expect(failure.remedy.length).toBeGreaterThan(20);
    });

    it("an importer that nobody knows, before anything is read", async () => {
      await expect(readAttempts(["none.jsonl"], { cwd, from: "nobody" })).rejects.toMatchObject({
        code: "unknown-importer",
        message: expect.stringContaining("long-table"),
      });
    });
  });
});

describe("readConfig", () => {
  const agents = { a: { promptTokens: 10 } };

  it("is empty where nothing is configured", async () => {
    expect(await readConfig(undefined, { cwd: join(cwd, "pairs") })).toEqual({ agents: {}, sources: [] });
  });

  it("reads JSON and TypeScript", async () => {
    const json = write("json/quorate.config.json", JSON.stringify({ agents }));
    const typescript = write("ts/quorate.config.ts", `export default ${JSON.stringify({ agents })} as const;\n`);
    expect(await readConfig(json, { cwd })).toEqual({ agents, sources: [] });
    expect(await readConfig(typescript, { cwd })).toEqual({ agents, sources: [] });
  });

  it("is looked for beside the first attempts file, then in the working directory", async () => {
    write("near/answers.jsonl", line("t"));
    write("near/quorate.config.json", JSON.stringify({ sources: ["near"] }));
    write("home/quorate.config.json", JSON.stringify({ sources: ["home"] }));
    const home = join(cwd, "home");
    expect((await readConfig(undefined, { cwd: home, beside: "../near/answers.jsonl" })).sources).toEqual(["near"]);
    expect((await readConfig(undefined, { cwd: home, beside: "../near" })).sources).toEqual(["near"]);
    expect((await readConfig(undefined, { cwd: home, beside: "../many/1.jsonl" })).sources).toEqual(["home"]);
  });

  it.each([
    ["a missing file", () => "none.json", "file-missing", /none\.json/],
    ["no JSON", () => write("c1.json", "{agents"), "bad-config", /c1\.json is not a config/],
    [
      "wrong types and unknown fields, each of them named",
      () => write("c2.json", JSON.stringify({ agents: { a: { promptTokens: "ten", contextTokens: -1 } }, extra: 1 })),
      "bad-config",
      /agents\.a\.contextTokens.*agents\.a\.promptTokens.*extra/s,
    ],
    ["no default export", () => write("c3.ts", "export const agents = {};\n"), "bad-config", /the whole: .*object/],
  ])("refuses %s", async (_, make, code, message) => {
    await expect(readConfig(make(), { cwd })).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
