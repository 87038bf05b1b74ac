// What a disk, a machine and a second person do to a run: a clear error or a correct resume, never a wrong result.
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answersOf, Crasher, type CrashPlan, command, spentOf } from "./crash.ts";
import { type Answered, audit } from "./crash-audit.ts";
import type { Logged } from "./logged-upstream.ts";
import { type Life, start } from "./program.ts";

const plan = { team: "vote:3@bee", tasks: 120, concurrency: 20, seed: 5 };
const budgetTokens = 10_000_000;
const isRoot = process.getuid?.() === 0;
/** Root may write everywhere, so another user takes its place, where that one can read this folder. */
const nobody = 65534;
const isRefusable =
  !isRoot ||
  spawnSync(process.execPath, ["-e", 'require("node:fs").accessSync("package.json")'], { uid: nobody }).status === 0;

let crasher: Crasher;
beforeAll(async () => {
  crasher = await Crasher.start();
});
afterAll(() => crasher.close());

/** A folder with tasks, an upstream with or without faults, and what an undisturbed run answers. */
async function ready(given: Omit<CrashPlan, "kills"> = plan) {
  const { place, mock } = crasher.place(given);
  const calmUrl = await crasher.upstream.begin({ ...mock, latency: 0 });
  const calm = await crasher.life(place, command({ ...given, url: calmUrl, budgetTokens }, "--out", "calm"));
  expect(calm.code, calm.stderr).toBe(0);
  const url = await crasher.upstream.begin(mock);
  const to = (how: "--out" | "--resume", directory = "out") => command({ ...given, url, budgetTokens }, how, directory);
  return { place, to, undisturbed: answersOf(calm.stdout) };
}

/** The run in `out` is over: it must be as lawful as if nothing had happened. */
async function requireLawful(
  place: string,
  last: Life,
  lives: readonly (readonly Logged[])[],
  undisturbed: ReadonlyMap<string, Answered>,
): Promise<void> {
  expect(last.code, `${last.stderr}${last.stdout}`).toBe(0);
  const { problems } = audit({
    ...{ team: plan.team, budget: { run: { tokens: budgetTokens } }, earlier: [], lives, undisturbed },
    events: await crasher.events(place),
    bill: await crasher.upstream.bill(),
    answers: answersOf(last.stdout),
    spent: spentOf(last.stdout),
  });
  expect(problems.slice(0, 5)).toEqual([]);
}

describe("trouble with the disk", { timeout: 180_000 }, () => {
  const mounted: string[] = [];
  afterAll(() => {
    for (const folder of mounted) spawnSync("umount", ["-l", folder]);
  });
  const mount = (folder: string, options: string) => {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
    if (status === 0 && !mounted.includes(folder)) mounted.push(folder);
    return status === 0;
  };

  it("ends with a clear error when the disk is full, and goes on when there is room again", async (context) => {
    const { place, to, undisturbed } = await ready();
    if (!mount(join(place, "out"), "size=200k")) context.skip("no right to mount a small disk");
    const full = await crasher.life(place, to("--out"));
    const lives = [await crasher.upstream.since()];
    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(/full|no space/i);
    spawnSync("mount", ["-o", "remount,size=64m", join(place, "out")]);
    const created = existsSync(join(place, "out", "journal.sqlite"));
    const again = await crasher.life(place, to(created ? "--resume" : "--out"));
    lives.push(await crasher.upstream.since());
    await requireLawful(place, again, lives, undisturbed);
  });

  it("ends with a clear error at a limit of the file's size, and goes on without it", async () => {
    const { place, to, undisturbed } = await ready();
    const under = ["sh", "-c", 'ulimit -f 150; exec "$0" "$@"'];
    const limited = await start(to("--out"), { cwd: place, under }).ended;
    const lives = [await crasher.upstream.since()];
    expect(limited.code, limited.stderr).toBe(1);
    expect(limited.stderr).toMatch(/journal/i);
    const again = await crasher.life(place, to("--resume"));
    lives.push(await crasher.upstream.since());
    await requireLawful(place, again, lives, undisturbed);
  });

  it.skipIf(!isRefusable)("refuses a directory that cannot be written, before the first call", async () => {
    const { place, to } = await ready();
    mkdirSync(join(place, "out"));
    chmodSync(join(place, "out"), 0o555);
    if (isRoot) for (const one of [place, join(place, "out")]) chownSync(one, nobody, nobody);
    chmodSync(join(place, ".."), 0o755);
    const refused = await start(to("--out"), { cwd: place, ...(isRoot && { uid: nobody }) }).ended;
    expect(await crasher.upstream.since()).toEqual([]);
    expect(refused.code, refused.stderr).toBe(2);
    expect(refused.stderr).toMatch(/→/);
    chmodSync(join(place, "out"), 0o755);
  });
});

describe("trouble with time and company", { timeout: 180_000 }, () => {
  it("refuses a second process while the owner is only stopped, and names it", async () => {
    const { place, to, undisturbed } = await ready();
    const owner = start(to("--out"), { cwd: place });
    await new Promise<void>((resolve) => {
      crasher.upstream.onFirst = resolve;
    });
    owner.kill("SIGSTOP");
    const second = await start(to("--resume"), { cwd: place }).ended;
    expect(second.code, second.stderr).toBe(2);
    expect(second.stderr).toContain(String(owner.pid));
    owner.kill("SIGCONT");
    const last = await owner.ended;
    await requireLawful(place, last, [await crasher.upstream.since()], undisturbed);
  });

  it("does not care what the machine's date does", async () => {
    const { place, to, undisturbed } = await ready();
    const preload = new URL("./jumping-date.ts", import.meta.url).href;
    const lives: (readonly Logged[])[] = [];
    let last: Life | undefined;
    for (const how of ["--out", "--resume"] as const) {
      last = await crasher.life(place, to(how), { preload }, how === "--out" ? { after: "first", ms: 100 } : undefined);
      lives.push(await crasher.upstream.since());
    }
    await requireLawful(place, last!, lives, undisturbed);
  });
});
