import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTasks } from "./read-tasks.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quorate-tasks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(folder, name), text);
  return name;
};
const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const read = (...paths: string[]) => readTasks(paths, { cwd: folder });
const rows = [
  { task_id: "a", question: "1 + 1?", gold: 2, level: "easy" },
  { task_id: "b", question: "Capital of France?", gold: "B", choices: ["Berlin", "Paris"] },
];

describe("readTasks", () => {
  it("reads the same tasks, with the same digest, from lines, packed lines, CSV and a list", async () => {
    const files = [
      write("r.jsonl", lines(...rows)),
      write("r2.jsonl.gz", gzipSync(`${lines(...rows)}\n\n`)),
      write("r.json", JSON.stringify(rows)),
      write(
        "r.csv",
        'task_id,question,gold,choices,level\na,1 + 1?,2,,easy\nb,Capital of France?,B,"[""Berlin"",""Paris""]",\n',
      ),
      write("r3.csv", "task_id,question,gold,choices\na,1 + 1?,2,\nb,Capital of France?,B,Berlin|Paris\n"),
    ];
    const all = await Promise.all(files.map((file) => read(file)));
    expect(all[0]!.tasks).toEqual([
      { taskId: "a", question: "1 + 1?", gold: "2", extra: { level: "easy" } },
      { taskId: "b", question: "Capital of France?", gold: "B", choices: ["Berlin", "Paris"] },
    ]);
    expect(new Set(all.map(({ digest }) => digest)).size).toBe(1);
    expect(all[0]!.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it("has another digest where a question, an answer or the order differs", async () => {
    const digests = [
      rows,
      [...rows].reverse(),
      [{ ...rows[0], question: "1 + 1 ?" }, rows[1]],
      [{ ...rows[0], gold: 3 }, rows[1]],
    ].map(async (some, i) => (await read(write(`d${i}.jsonl`, lines(...(some as object[]))))).digest);
    expect(new Set(await Promise.all(digests)).size).toBe(4);
  });

  it("calls tasks t1, t2 … where no line has an id, across files", async () => {
    write("n1.jsonl", lines({ question: "x" }, { question: "y" }));
    write("n2.jsonl", lines({ question: "z" }));
    expect((await read("n*.jsonl")).tasks.map(({ taskId }) => taskId)).toEqual(["t1", "t2", "t3"]);
  });

  it("counts lines that are no task, with number and reason, and leaves them out", async () => {
    const file = write(
      "bad.jsonl",
      `${lines(rows[0]!)}\nnot json\n${lines({ task_id: "c" }, { question: "no id" }, { task_id: "d", question: 7 }, { task_id: "e", question: "?", choices: "none" })}`,
    );
    const { tasks, badLines, lines: count } = await read(file);
    expect(tasks).toHaveLength(1);
    expect(count).toBe(6);
    expect(badLines.map(({ line }) => line).sort()).toEqual([2, 3, 4, 5, 6]);
    expect(badLines.find(({ line }) => line === 4)?.reason).toMatch(/no task_id/);
  });

  it("reads foreign names by a map", async () => {
    const file = write("m.jsonl", lines({ id: 5, problem: "?", answer: "x" }));
    const { tasks } = await readTasks([file], {
      cwd: folder,
      map: { task_id: "id", question: "problem", gold: "answer" },
    });
    expect(tasks).toEqual([{ taskId: "5", question: "?", gold: "x" }]);
  });

  it("names both places of a task that stands twice", async () => {
    write("twice1.jsonl", lines(rows[0]!));
    write("twice2.jsonl", lines(rows[1]!, rows[0]!));
    await expect(read("twice1.jsonl", "twice2.jsonl")).rejects.toThrow(/twice1\.jsonl, line 1.*twice2\.jsonl, line 2/);
  });

  it("refuses what holds no task: nothing, blank lines, no question, recorded answers", async () => {
    await expect(read(write("empty.jsonl", ""))).rejects.toMatchObject({ code: "no-tasks", exitCode: 2 });
    await expect(read(write("blank.jsonl", "\n\n"))).rejects.toMatchObject({ code: "no-tasks" });
    await expect(read(write("none.jsonl", lines({ task_id: "a" })))).rejects.toThrow(/line 1: no question/);
    await expect(read(write("attempts.jsonl", lines({ task_id: "a", agent: "x", correct: 1 })))).rejects.toMatchObject({
      code: "answers-not-tasks",
    });
    await expect(read("missing.jsonl")).rejects.toMatchObject({ code: "file-missing" });
    await expect(read()).rejects.toMatchObject({ code: "no-tasks" });
  });
});
