// Damages copies of a run's directory and looks at what the program makes of them: whole, refused with a reason, or, of an
// export, whatever is still as it was written, with a reason. Never anything else.
import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "../../src/theory/random.ts";
import type { Event } from "../../src/trace/event.ts";
import { answersOf, type Crasher, command, spentOf } from "./crash.ts";
import { type Answered, audit } from "./crash-audit.ts";
import type { Logged, UpstreamBill } from "./logged-upstream.ts";

const plan = { team: "ahead:2/5@bee", tasks: 120, concurrency: 20, seed: 9, latency: 0.1 };
const budgetTokens = 10_000_000;

/** A run to damage copies of: over, or killed on the way. */
export interface Original {
  readonly place: string;
  readonly mock: ReturnType<Crasher["place"]>["mock"];
  readonly lines: readonly string[];
  /**
   * Of them, those that anybody was told are durable. A process that is killed between a commit and saying so leaves more:
   * nothing followed from those, so a run without them is as right as one that was killed a moment earlier.
   */
  readonly linesTold: number;
  readonly log: readonly Logged[];
  readonly bill: UpstreamBill;
  readonly undisturbed: ReadonlyMap<string, Answered>;
}

export interface Damage {
  /** In words: which file, what was done to it, where. */
  readonly what: string;
  readonly exported: "whole" | "good part" | "nothing";
  readonly resumed: "whole" | "refused";
  readonly problems: readonly string[];
}

/** @param killed  true: killed with SIGKILL at work, so that there is a write-ahead file */
export async function original(crasher: Crasher, killed: boolean): Promise<Original> {
  const { place, mock } = crasher.place(plan);
  const calmUrl = await crasher.upstream.begin({ ...mock, latency: 0 });
  const calm = await crasher.life(place, command({ ...plan, url: calmUrl, budgetTokens }, "--out", "calm"));
  const url = await crasher.upstream.begin(mock);
  const args = command({ ...plan, url, budgetTokens }, "--out", "out");
  const life = await crasher.life(place, args, {}, killed ? { after: "first", ms: 250 } : undefined);
  if (killed !== (life.signal === "SIGKILL")) throw new Error(`The run to be damaged ended too early: ${life.stderr}`);
  const log = await crasher.upstream.since();
  cpSync(join(place, "out"), join(place, "copy"), { recursive: true });
  const { stdout } = await crasher.life(place, ["export", "copy"]);
  rmSync(join(place, "copy"), { recursive: true });
  const lines = stdout.trim().split("\n");
  const owner = readFileSync(join(place, "out", "journal.owner"), "utf8");
  return {
    ...{ place, mock, log, lines },
    linesTold: Number(/lines +(\d+)/.exec(owner)?.[1] ?? lines.length),
    bill: await crasher.upstream.bill(),
    undisturbed: answersOf(calm.stdout),
  };
}

/** Damages a copy as the seed says and has it exported and taken up again. */
export async function damage(crasher: Crasher, of: Original, seed: number): Promise<Damage> {
  const { place, mock, lines, linesTold, log, undisturbed } = of;
  const copy = join(place, "copy");
  cpSync(join(place, "out"), copy, { recursive: true });
  try {
    const what = spoil(copy, seed);
    const problems: string[] = [];
    const told = (life: { readonly code: number | null; readonly stderr: string }, verb: string) => {
      if (!/^quorate: .+\n→ .+/s.test(life.stderr) || /should not have happened/.test(life.stderr))
        problems.push(`${what}: ${verb} ended with code ${life.code} and said: ${life.stderr.slice(0, 500)}`);
    };

    const exporting = await crasher.life(place, ["export", "copy"]);
    const found = exporting.stdout.trim() === "" ? [] : exporting.stdout.trim().split("\n");
    const isGood = isSubsequence(found, lines);
    const isWhole = isGood && found.length >= linesTold && found.every((line, i) => line === lines[i]);
    if (!isGood) problems.push(`${what}: the export has lines that were never written.`);
    else if (exporting.code === 0 && !isWhole)
      problems.push(`${what}: the export has ${found.length} of ${linesTold} lines and says nothing.`);
    // What can be saved is written, and that it is not all.
    if (exporting.code === 3 && !/damaged: .+ lost/.test(exporting.stderr))
      problems.push(`${what}: export wrote the good part and said: ${exporting.stderr}`);
    else if (exporting.code !== 0 && exporting.code !== 3) told(exporting, "export");

    const url = await crasher.upstream.begin(mock);
    const life = await crasher.life(place, command({ ...plan, url, budgetTokens }, "--resume", "copy"));
    const since = await crasher.upstream.since();
    const resumed = life.code === 0 ? "whole" : "refused";
    if (life.code === 0) {
      const { tokens, calls, nanoUsd } = await crasher.upstream.bill();
      const { stdout } = await crasher.life(place, ["export", "copy"]);
      const judged = audit({
        ...{ team: plan.team, budget: { run: { tokens: budgetTokens } }, undisturbed, lives: [log, since] },
        earlier: [lines.slice(0, linesTold).map((line) => JSON.parse(line) as Event)],
        events: stdout
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as Event),
        bill: {
          tokens: of.bill.tokens + tokens,
          calls: of.bill.calls + calls,
          nanoUsd: of.bill.nanoUsd + nanoUsd,
        },
        answers: answersOf(life.stdout),
        spent: spentOf(life.stdout),
      });
      problems.push(...judged.problems.map((problem) => `${what}: ${problem}`));
    } else {
      told(life, "run --resume");
      if (since.length > 0) problems.push(`${what}: refused after ${since.length} calls.`);
    }
    return { what, exported: isWhole ? "whole" : found.length > 0 ? "good part" : "nothing", resumed, problems };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Whether all of these stand among the others, in the same order. */
function isSubsequence(these: readonly string[], others: readonly string[]): boolean {
  let at = 0;
  for (const one of others) if (one === these[at]) at++;
  return at === these.length;
}

/** Cuts, flips, zeroes, or takes away one of the files that hold the journal. */
function spoil(directory: string, seed: number): string {
  const next = random(seed, "damage");
  const files = readdirSync(directory).filter((file) => statSync(join(directory, file)).size > 0);
  // Most of the harm where most of the bytes are.
  const large = files.filter((file) => statSync(join(directory, file)).size > 4096);
  const among = next() < 0.85 ? large : files;
  const file = among[Math.floor(next() * among.length)]!;
  const path = join(directory, file);
  const { size } = statSync(path);
  const at = Math.floor(next() * size);
  const kind = next();
  if (kind < 0.25) {
    truncateSync(path, at);
    return `${file} cut at ${at} of ${size} (seed ${seed})`;
  }
  if (kind < 0.3) {
    unlinkSync(path);
    return `${file} gone (seed ${seed})`;
  }
  const bytes = readFileSync(path);
  if (kind < 0.65) {
    bytes[at]! ^= 1 << Math.floor(next() * 8);
    writeFileSync(path, bytes);
    return `${file} one bit flipped at ${at} of ${size} (seed ${seed})`;
  }
  const page = Math.floor(at / 4096) * 4096;
  bytes.fill(kind < 0.9 ? 0 : 0xff, page, Math.min(size, page + 4096));
  writeFileSync(path, bytes);
  return `${file} a page of ${kind < 0.9 ? "zeros" : "ones"} at ${page} of ${size} (seed ${seed})`;
}
