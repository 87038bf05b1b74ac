import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { mutants } from "../../test/run/mutants.ts";
import { accountOf } from "../trace/account.ts";
import type { Amounts, Bill, Event, TaskEnded } from "../trace/event.ts";
import { systemClock } from "./clock.ts";
import { readRun, salvage } from "./journal-read.ts";
import type { Hold, HoldRequest } from "./ledger.ts";
import { type OpenRun, type OpenRunOptions, openRun } from "./open-run.ts";

const root = mkdtempSync(join(tmpdir(), "quorate-run-"));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
let directories = 0;
const directory = () => join(root, `run-${directories++}`);

const opened = { quorate: "0", run: "r", team: "vote:3@a", seed: 1, tasks: 1, tasksDigest: "d", settings: {} };
const tokens = (count: number): Amounts => ({ tokens: count, calls: 1, nanoUsd: 0, ms: 0 });
const open = (where: string, options: Partial<OpenRunOptions> = {}) =>
  openRun(where, { mode: "resume", opened, budget: { run: { tokens: 1e9 } }, clock: systemClock, ...options });

function wishOf(key: string): HoldRequest {
  const said = { key, task: "t", step: key, agent: "a", why: "first" as const };
  const event = { ...said, at: 0, kind: "step-called" as const, role: "solve", reads: [], endpoint: "e" };
  return { ...said, most: tokens(500), priority: 0, event };
}
async function holdOf({ ledger }: OpenRun, key: string): Promise<Hold> {
  const reply = await ledger.hold(wishOf(key));
  if (reply.kind !== "go") throw new Error(`no hold of ${key}: ${reply.kind}`);
  return reply.hold;
}
async function answer(run: OpenRun, key: string, text = `answer to ${key}`): Promise<void> {
  const hold = await holdOf(run, key);
  const bill: Bill = { billing: "reported", amounts: tokens(300) };
  const { task, step, agent } = hold;
  const end = { task, step, agent, role: "solve", reads: [], state: "answered" as const, value: key, text };
  await run.ledger.settle(hold, { text, finish: "stop", bill, ms: 1 }, end);
}
const taskEnd = (task: string, state: TaskEnded["state"]): Event => ({
  ...{ at: 0, kind: "task-ended", task, state, answer: "A", degraded: false, because: [], ms: 1 },
});
async function all({ events }: Pick<OpenRun, "events">): Promise<Event[]> {
  const list: Event[] = [];
  for await (const event of events()) list.push(event);
  return list;
}
const kindsOf = (events: readonly Event[]) => events.map(({ kind }) => kind);

/** A process of its own that owns the run. */
function owner(where: string, mode: "create" | "resume", { keys = 1e9, cap = 1e9, shell = "" } = {}) {
  const script = join(import.meta.dirname, "../../test/run/journal-child.ts");
  const command = [process.execPath, script, where, mode, String(keys), String(cap)];
  const child = shell
    ? spawn("bash", ["-c", `${shell}; exec "$0" "$@"`, ...command])
    : spawn(command[0]!, command.slice(1));
  children.push(child);
  let out = "";
  let err = "";
  child.stdout!.on("data", (data) => {
    out += data;
  });
  child.stderr!.on("data", (data) => {
    err += data;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out, err })),
  );
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout!.on("data", () => out.includes("ready") && resolve());
    child.on("close", () => reject(new Error(`it ended before it was ready: ${out}${err}`)));
  });
  ready.catch(() => undefined);
  return { child, ready, ended };
}

/** Kills it when it has done some work, `linesMin` lines of answers, wherever it is then. */
async function killAtWork(where: string, mode: "create" | "resume", keys: number, linesMin: number): Promise<void> {
  const { child, ready, ended } = owner(where, mode, { keys });
  await Promise.race([ready, ended]);
  const size = () => (existsSync(`${where}.told`) ? statSync(`${where}.told`).size : 0);
  const from = size();
  while (child.exitCode === null && size() < from + 330 * linesMin)
    await new Promise((resolve) => setImmediate(resolve));
  child.kill("SIGKILL");
  await ended;
}

describe("a run", () => {
  it("is created once, and resumed with its answers, its sums and its ended tasks", async () => {
    const where = directory();
    const run = await open(where, { mode: "create" });
    expect(run.opened).toMatchObject({
      kind: "run-opened",
      version: 1,
      team: "vote:3@a",
      budget: { run: { tokens: 1e9 } },
    });
    await answer(run, "k");
    await run.ledger.append(taskEnd("t1", "interrupted"));
    await run.ledger.append(taskEnd("t2", "answered"));
    await run.ledger.append(taskEnd("t1", "answered"));
    const left = await holdOf(run, "left open");
    expect(left.try).toBe(0);
    await run.close();

    await expect(open(where, { mode: "create" })).rejects.toMatchObject({ code: "run-exists", exitCode: 2 });
    const again = await open(where, { budget: { run: { tokens: 2e9 } } });
    expect(again.closed).toBe(1);
    expect(again.ledger.balance("run")).toMatchObject({
      caps: { tokens: 2e9 },
      spent: tokens(800).calls ? { tokens: 800, calls: 2 } : {},
      unknown: { tokens: 500 },
    });
    expect(await again.ledger.hold(wishOf("k"))).toMatchObject({ kind: "known", answer: { text: "answer to k" } });
    expect(await again.ledger.hold(wishOf("left open"))).toMatchObject({ kind: "go", hold: { try: 1 } });
    const ended = await again.endedTasks();
    expect([...ended].map(([task, { state }]) => [task, state])).toEqual([
      ["t2", "answered"],
      ["t1", "answered"],
    ]);
    expect(kindsOf(await all(again))).toEqual([
      ...["run-opened", "step-called", "step-ended", "task-ended", "task-ended", "task-ended", "step-called"],
      ...["try-ended", "run-continued", "step-called"],
    ]);
    expect(accountOf(await all(again)).run.spent.tokens).toBe(800);
    await again.close();
  });

  it("is read by others while it goes on", async () => {
    const where = directory();
    const run = await open(where, { mode: "create" });
    await answer(run, "k");
    const live = await readRun(where);
    expect(kindsOf(await all(live))).toEqual(["run-opened", "step-called", "step-ended"]);
    expect(live.opened.team).toBe("vote:3@a");
    await live.close();
    await answer(run, "l");
    await run.close();
    await expect(readRun(directory())).rejects.toMatchObject({ code: "run-missing" });
  });

  it("is resumed as what it was, or not at all", async () => {
    const where = directory();
    const run = await open(where, { mode: "create" });
    await answer(run, "k");
    await run.close();
    for (const [what, value] of [
      ["team", "single@a"],
      ["seed", 2],
      ["tasksDigest", "e"],
    ])
      await expect(open(where, { opened: { ...opened, [what as string]: value } })).rejects.toMatchObject({
        code: "run-differs",
      });
    await expect(open(where, { budget: { run: { tokens: 299 } } })).rejects.toMatchObject({
      code: "budget-below-spent",
    });
    await expect(open(where, { budget: { run: {}, agents: { a: { calls: 0 } } } })).rejects.toMatchObject({
      code: "budget-below-spent",
    });
    const lower = await open(where, { budget: { run: { tokens: 300 } } });
    expect(await lower.ledger.hold(wishOf("l"))).toMatchObject({ kind: "over", left: 0 });
    expect(kindsOf(await all(lower))).toEqual(["run-opened", "step-called", "step-ended", "run-continued"]);
    await lower.close();
  });

  it("goes on past many marks, with the same sums and answers as before", async () => {
    const where = directory();
    const run = await open(where, { mode: "create" });
    for (let i = 0; i < 12; i++) await Promise.all(Array.from({ length: 1000 }, (_, j) => answer(run, `${i}/${j}`)));
    const before = run.ledger.balance("run");
    await run.close();
    const again = await open(where);
    expect(again.ledger.balance("run")).toEqual(before);
    for (const key of ["0/0", "3/999", "7/500", "11/999"])
      expect(await again.ledger.hold(wishOf(key))).toMatchObject({
        kind: "known",
        answer: { text: `answer to ${key}` },
      });
    const known = await Promise.all(Array.from({ length: 1000 }, (_, j) => again.ledger.hold(wishOf(`4/${j}`))));
    expect(known.every(({ kind }) => kind === "known")).toBe(true);
    await again.close();
  });

  it("takes answers of other runs along, and refuses a damaged one of those by its name", async () => {
    const [other, where] = [directory(), directory()];
    const source = await open(other, { mode: "create" });
    await answer(source, "k");
    await source.close();
    const run = await open(where, { mode: "create", budget: { run: { tokens: 10 } }, reuse: [other] });
    expect(await run.ledger.hold(wishOf("k"))).toMatchObject({
      ...{ kind: "known", answer: { text: "answer to k", bill: { amounts: { tokens: 0 } } } },
    });
    await run.close();
    rmSync(other, { recursive: true });
    const alone = await open(where, { budget: { run: { tokens: 10 } } });
    expect(await alone.ledger.hold(wishOf("k"))).toMatchObject({ kind: "known" });
    await alone.close();
    writeFileSync(join(where, "journal.sqlite"), "not a database");
    const damaged = open(directory(), { mode: "create", reuse: [where] });
    await expect(damaged).rejects.toMatchObject({ code: "journal-damaged" });
    await expect(damaged).rejects.toThrow(where);
  });
});

describe("the owner of a run", () => {
  it("is the only one, also when it is merely stopped, until it is killed", async () => {
    const where = directory();
    const { child, ready, ended } = owner(where, "create");
    await ready;
    await expect(open(where)).rejects.toMatchObject({ code: "run-held", pid: child.pid });
    await expect(open(where)).rejects.toThrow(`process ${child.pid}`);
    child.kill("SIGSTOP");
    await expect(open(where)).rejects.toMatchObject({ code: "run-held", pid: child.pid });
    await expect(open(where, { mode: "create" })).rejects.toMatchObject({ code: "run-held" });
    child.kill("SIGKILL");
    await ended;
    const run = await open(where);
    await run.close();
  });

  it("is the only one in the same process, too", async () => {
    const where = directory();
    const run = await open(where, { mode: "create" });
    await expect(open(where)).rejects.toMatchObject({ code: "run-held", pid: process.pid });
    await run.close();
    await (await open(where)).close();
  });

  it("gives it up when opening fails", async () => {
    const where = directory();
    await (await open(where, { mode: "create" })).close();
    await expect(open(where, { opened: { ...opened, seed: 2 } })).rejects.toMatchObject({ code: "run-differs" });
    await (await open(where)).close();
  });
});

describe("a process that is killed at work", () => {
  it("has told nothing that is lost, paid nothing twice, and the ledger covers its upstream", async () => {
    const where = directory();
    const keys = 4000;
    await killAtWork(where, "create", keys, 100);
    for (let kills = 0; kills < 6; kills++) await killAtWork(where, "resume", keys, 37 * kills);
    const last = owner(where, "resume", { keys });
    expect(await last.ended).toMatchObject({ code: 0 });

    const run = await open(where);
    const events = await all(run);
    const told = new Map<string, string>();
    for (const line of readFileSync(`${where}.told`, "utf8").split("\n").filter(Boolean)) {
      const key = line.slice(0, line.indexOf(" "));
      const text = line.slice(key.length + 1);
      expect(told.get(key) ?? text).toBe(text);
      told.set(key, text);
    }
    expect(told.size).toBeGreaterThan(keys * 0.9);
    for (const [key, text] of told)
      expect(await run.ledger.hold(wishOf(key))).toMatchObject({ kind: "known", answer: { text } });

    const calls = readFileSync(`${where}.upstream`, "utf8").split("\n").filter(Boolean);
    expect(new Set(calls.map((line) => line.split(" ").slice(0, 2).join(" "))).size).toBe(calls.length); // no try twice
    const ends = events.filter((event) => event.kind === "try-ended").length;
    const answers = events.filter((event) => event.kind === "step-ended");
    expect(new Set(answers.map(({ key }) => key)).size).toBe(answers.length);
    expect(calls.length).toBeLessThanOrEqual(answers.length + ends);
    const { spent, held } = run.ledger.balance("run");
    expect(spent.tokens + held.tokens).toBeGreaterThanOrEqual(300 * calls.length);
    expect(accountOf(events).run.spent.tokens).toBe(spent.tokens);
    await run.close();
  });
});

describe("a disk that is full", () => {
  it("ends the run with a clear error, and it is resumed when there is room", async () => {
    const where = directory();
    const { ended } = owner(where, "create", { shell: "trap '' XFSZ; ulimit -f 600" });
    const { code, out, err } = await ended;
    expect({ code, out, err }).toMatchObject({ code: 1, out: expect.stringContaining("failed journal-failed") });
    const run = await open(where);
    const told = readFileSync(`${where}.told`, "utf8").split("\n").filter(Boolean);
    expect(told.length).toBeGreaterThan(10);
    for (const line of told.slice(0, -1))
      expect(await run.ledger.hold(wishOf(line.slice(0, line.indexOf(" "))))).toMatchObject({
        ...{ kind: "known", answer: { text: line.slice(line.indexOf(" ") + 1) } },
      });
    await answer(run, "further");
    await run.close();
  });

  it.skipIf(!mayMount())("that is a small one of its own says the same", async () => {
    const disk = directory();
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
    try {
      const run = await open(join(disk, "run"), { mode: "create" });
      const text = "x".repeat(20_000);
      let answered = 0;
      const full = (async () => {
        for (; ; answered++) await answer(run, `${answered}`, text);
      })();
      await expect(full).rejects.toMatchObject({ code: "journal-failed", exitCode: 1 });
      await expect(full).rejects.toThrow(/full/);
      await expect(run.ledger.hold(wishOf("more"))).rejects.toMatchObject({ code: "journal-failed" });
      await run.close();
      execFileSync("mount", ["-o", "remount,size=8m", disk]);
      const again = await open(join(disk, "run"));
      for (let i = 0; i < answered; i++)
        expect(await again.ledger.hold(wishOf(`${i}`))).toMatchObject({ kind: "known" });
      await answer(again, "further");
      await again.close();
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  });
});

describe("a process that is killed while it creates the run", () => {
  it("leaves nothing that stands in the way", async () => {
    for (let i = 0; i < 8; i++) {
      const where = directory();
      const { child, ready, ended } = owner(where, "create");
      const journal = join(where, "journal.sqlite");
      while (child.exitCode === null && !existsSync(journal)) await new Promise((resolve) => setImmediate(resolve));
      for (let turn = 0; turn < i * 8; turn++) await new Promise((resolve) => setImmediate(resolve));
      child.kill("SIGKILL");
      await ended;
      await ready.catch(() => undefined);
      const begun = await open(where, { mode: "create" }).catch((error) => {
        expect(error).toMatchObject({ code: "run-exists" });
        return open(where);
      });
      await answer(begun, "k");
      await begun.close();
    }
  });
});

describe("a directory that cannot be written", () => {
  it.skipIf(!mayMount())("is refused, and a finished run in it can be read", async () => {
    const disk = directory();
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]);
    try {
      const run = await open(join(disk, "run"), { mode: "create" });
      await answer(run, "k");
      await run.close();
      execFileSync("mount", ["-o", "remount,ro", disk]);
      await expect(open(join(disk, "run"))).rejects.toMatchObject({ code: "journal-access", exitCode: 2 });
      await expect(open(join(disk, "other"), { mode: "create" })).rejects.toMatchObject({ code: "journal-access" });
      const read = await readRun(join(disk, "run"));
      expect(kindsOf(await all(read))).toEqual(["run-opened", "step-called", "step-ended"]);
      await read.close();
    } finally {
      execFileSync("umount", ["-l", disk]);
    }
  });

  it("is refused also where it is no directory", async () => {
    const where = directory();
    writeFileSync(where, "a file");
    await expect(open(where, { mode: "create" })).rejects.toMatchObject({ code: "journal-access" });
    await expect(open(where)).rejects.toMatchObject({ code: "run-missing" });
  });
});

function mayMount(): boolean {
  const at = join(root, "may-mount");
  try {
    mkdirSync(at, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", at], { stdio: "ignore" });
    execFileSync("umount", [at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("mutants of the ledger", () => {
  it.each(Object.entries(mutants))("%s still finds its line", (_name, { file, from }) => {
    expect(readFileSync(join(import.meta.dirname, "../..", file), "utf8").split(from)).toHaveLength(2);
  });
});

describe("a damaged journal", () => {
  const whole = join(root, "whole");
  const crashed = join(root, "crashed");
  const steps = 400;
  /** One that was closed, and one whose process was killed. */
  async function make() {
    if (existsSync(crashed)) return;
    const run = await open(whole, { mode: "create" });
    await Promise.all(Array.from({ length: steps }, (_, i) => answer(run, `${i}`, `answer ${i} ${"é".repeat(150)}`)));
    await run.close();
    await killAtWork(crashed, "create", 1e9, 60);
  }
  function copyOf(from: string): string {
    const to = directory();
    cpSync(from, to, { recursive: true });
    return to;
  }
  const file = (where: string) => join(where, "journal.sqlite");
  const damages: [string, (where: string) => void, number?][] = [
    ["is cut off", (where) => truncateSync(file(where), Math.floor(statSync(file(where)).size / 2))],
    ["is cut off within a page", (where) => truncateSync(file(where), statSync(file(where)).size - 100)],
    ["has zero bytes", (where) => truncateSync(file(where), 0), 0],
    ["is no SQLite file", (where) => writeFileSync(file(where), "hello ".repeat(3000)), 0],
    [
      "is another SQLite file",
      (where) => {
        rmSync(file(where));
        execFileSync(process.execPath, [
          "-e",
          `new (require("node:sqlite").DatabaseSync)(${JSON.stringify(file(where))}).exec("CREATE TABLE a (b); INSERT INTO a VALUES (1)")`,
        ]);
      },
      0,
    ],
    ["has a page of zeros in the middle", (where) => overwrite(file(where), 40 * 4096, Buffer.alloc(4096))],
    ["has a page of noise in the middle", (where) => overwrite(file(where), 41 * 4096, Buffer.alloc(4096, 0xa5))],
    ["has its first page overwritten", (where) => overwrite(file(where), 0, Buffer.alloc(4096, 7))],
    [
      "has one flipped bit in an answer",
      (where) => {
        const at = readFileSync(file(where)).indexOf("answer 200 ");
        overwrite(file(where), at + 3, Buffer.from("X"));
      },
    ],
    [
      "has a line under another number",
      (where) => {
        // Its rows stand in their order and each is whole: only the number before the row's header is another.
        const bytes = readFileSync(file(where));
        const number = Buffer.from([0x84, 0x58]); // 600, as SQLite writes it
        const body = sql(where, "SELECT body FROM event WHERE id = 600");
        const at = bytes.lastIndexOf(number, bytes.indexOf(body));
        overwrite(file(where), at + 1, Buffer.from([0x5a]));
      },
    ],
    ["has a row removed", (where) => void sql(where, "DELETE FROM event WHERE id = 300")],
    ["has its last rows removed", (where) => void sql(where, "DELETE FROM event WHERE id > 700")],
    [
      "has a bill changed",
      (where) =>
        void sql(where, `UPDATE event SET body = replace(body, '"tokens":300', '"tokens":200') WHERE id = 600`),
    ],
  ];

  it.each(damages)("that %s is recognized, and its good part can be had", async (_how, damage, expected) => {
    await make();
    const where = copyOf(whole);
    damage(where);
    await expect(open(where)).rejects.toMatchObject({ code: "journal-damaged", exitCode: 1 });
    await expect(readRun(where)).rejects.toMatchObject({ code: "journal-damaged" });
    const good = await salvage(where);
    expect(good.how).toEqual(expect.any(String));
    expect(good.events.length + good.lost!).toBe(1 + 2 * steps);
    expect(good.events.length).toBeGreaterThanOrEqual(expected ?? 300);
    const real = await readRun(whole);
    const events = await all(real);
    await real.close();
    const known = new Set(events.map((event) => JSON.stringify(event)));
    expect(good.events.filter((event) => !known.has(JSON.stringify(event)))).toEqual([]);
  });

  it.each([
    ["has lost its write-ahead file", (where: string) => rmSync(`${file(where)}-wal`)],
    [
      "has a write-ahead file of noise",
      (where: string) => writeFileSync(`${file(where)}-wal`, Buffer.alloc(200_000, 0xa5)),
    ],
    ["has an empty write-ahead file", (where: string) => truncateSync(`${file(where)}-wal`, 0)],
    [
      "has half a write-ahead file",
      (where: string) => truncateSync(`${file(where)}-wal`, Math.floor(statSync(`${file(where)}-wal`).size / 2)),
    ],
    [
      "has a flipped bit in its write-ahead file",
      (where: string) =>
        overwrite(`${file(where)}-wal`, Math.floor(statSync(`${file(where)}-wal`).size / 3), Buffer.from("@")),
    ],
  ])("that was not closed and %s is recognized", async (_how, damage) => {
    await make();
    const sound = copyOf(crashed);
    const run = await open(sound);
    const events = (await all(run)).length;
    await run.close();
    const where = copyOf(crashed);
    damage(where);
    await expect(open(where)).rejects.toMatchObject({ code: "journal-damaged" });
    const { events: good, lost, how } = await salvage(where);
    expect(how).toEqual(expect.any(String));
    expect(lost).toBeGreaterThan(0);
    expect(good.length + lost!).toBeLessThanOrEqual(events);
  });

  it("with any bytes overwritten anywhere is refused, or was not touched where it matters", async () => {
    await make();
    const size = statSync(file(whole)).size;
    const real = (await salvage(whole)).events.map((event) => JSON.stringify(event));
    const where = copyOf(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.uint8Array({ minLength: 1, maxLength: 600 }), async (at, bytes) => {
        copyFileSync(file(whole), file(where));
        overwrite(file(where), at, Buffer.from(bytes.slice(0, size - at)));
        const read = await readRun(where).then(
          async (run) => {
            const events = await all(run);
            await run.close();
            return events.map((event) => JSON.stringify(event));
          },
          (error) => {
            expect(error).toMatchObject({
              code: expect.stringMatching(/journal-damaged|unknown-journal-version|run-missing/),
            });
            return undefined;
          },
        );
        if (read !== undefined) expect(read).toEqual(real);
        const known = new Set(real);
        expect((await salvage(where)).events.filter((event) => !known.has(JSON.stringify(event)))).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it("of another version is refused", async () => {
    await make();
    const where = copyOf(whole);
    sql(where, "PRAGMA user_version = 2");
    await expect(open(where)).rejects.toMatchObject({ code: "unknown-journal-version", version: 2 });
  });

  it("that is whole loses nothing", async () => {
    await make();
    expect(await salvage(whole)).toMatchObject({ lost: 0, how: null });
    expect((await salvage(whole)).events).toHaveLength(1 + 2 * steps);
    await expect(salvage(directory())).rejects.toMatchObject({ code: "run-missing" });
  });
});

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const all = readFileSync(path);
  all.set(bytes, at);
  writeFileSync(path, all);
}

/** Runs a statement and gives the first value that it gives, as text. */
function sql(where: string, statement: string): string {
  const path = JSON.stringify(join(where, "journal.sqlite"));
  const program = `const row = new (require("node:sqlite").DatabaseSync)(${path}).prepare(process.argv[1]).get();
    process.stdout.write(String(Object.values(row ?? {})[0] ?? ""))`;
  return execFileSync(process.execPath, ["-e", program, statement], { encoding: "utf8" });
}
