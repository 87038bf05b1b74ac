// Kills a real run again and again, takes it up again, and gathers what is known of it from outside: what was printed, the
// log and the bill of an upstream in a process of its own, and the events that `quorate export` gives. crash-audit.ts
// judges.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { worldTasks } from "../../src/serve/mock/mock-tasks.ts";
import { type World, worldExample } from "../../src/serve/mock/world.ts";
import { random } from "../../src/theory/random.ts";
import type { Amounts, Event } from "../../src/trace/event.ts";
import { type Answered, type Audit, audit } from "./crash-audit.ts";
import type { Logged, UpstreamBill } from "./logged-upstream.ts";
import { type Life, start } from "./program.ts";
import { UpstreamProcess } from "./upstream-process.ts";

/** One run that is killed. */
export interface CrashPlan {
  readonly team: string;
  readonly tasks: number;
  readonly concurrency: number;
  /** Most kills; a run that comes to its end before has had fewer. */
  readonly kills: number;
  readonly seed: number;
  /** Shares of tries, as the mock takes them. @default faultsDefault */
  readonly faults?: Readonly<Record<string, number>>;
  /** Factor on the times of the mock's world. @default 0.1 */
  readonly latency?: number;
  /** Of the tokens that an undisturbed run spends: below 1, the budget runs out. Absent: ample. */
  readonly budgetShare?: number;
  /** A module loaded before the program: a mutant of it, or a date that jumps. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What came of it. */
export interface CrashResult extends Audit {
  readonly plan: CrashPlan;
  readonly kills: number;
  /** Kills before the process had asked anything: while it started or recovered. */
  readonly killsAtStart: number;
  readonly tasksAnswered: number;
  readonly callsUndisturbed: number;
  readonly upstream: UpstreamBill;
  readonly budgetTokens: number;
  readonly seconds: number;
}

export const faultsDefault = { 429: 0.003, 500: 0.01, reset: 0.02, hang: 0.005, truncated: 0.01 };

/** Three agents that answer soon: nothing takes longer than the time of a call allows. */
const crashWorld: World = {
  ...worldExample,
  agents: ["ant", "bee", "cow"].map((name, i) => ({
    ...worldExample.agents[0]!,
    ...{ name, reasoningShare: 0, tokensPerSecond: 200 },
    skill: { accuracy: 0.6 + 0.1 * i, answerTokens: 100 },
  })),
  latency: { tailMax: 2 },
};

/** Tokens that no run here can spend. */
const ample = 1_000_000_000;

/** An upstream and a folder, for any number of runs one after the other. */
export class Crasher {
  readonly upstream: UpstreamProcess;
  private readonly folder = mkdtempSync(join(tmpdir(), "quorate-crash-"));

  private constructor(upstream: UpstreamProcess) {
    this.upstream = upstream;
  }

  static async start(): Promise<Crasher> {
    return new Crasher(await UpstreamProcess.start());
  }

  close(): void {
    this.upstream.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs, kills, takes up again, to the end; then judges. */
  async crash(plan: CrashPlan): Promise<CrashResult> {
    const started = performance.now();
    const next = random(plan.seed, "kills");
    const { place, mock } = this.place(plan);
    try {
      const calmUrl = await this.upstream.begin({ ...mock, latency: 0 });
      const calm = await this.life(place, command({ ...plan, url: calmUrl, budgetTokens: ample }, "--out", "calm"));
      if (calm.code !== 0) throw new Error(`The undisturbed run ended with code ${calm.code}: ${calm.stderr}`);
      const calmBill = await this.upstream.bill();
      const budgetTokens = plan.budgetShare === undefined ? ample : Math.ceil(calmBill.tokens * plan.budgetShare);

      const url = await this.upstream.begin({ ...mock, faults: plan.faults ?? faultsDefault });
      const lives: (readonly Logged[])[] = [];
      const earlier: (readonly Event[])[] = [];
      let kills = 0;
      let killsAtStart = 0;
      let last: Life;
      while (true) {
        const kill = kills < plan.kills ? killAt(next) : undefined;
        const how = existsSync(join(place, "out")) ? "--resume" : "--out";
        last = await this.life(place, command({ ...plan, url, budgetTokens }, how, "out"), plan, kill);
        const log = await this.upstream.since();
        lives.push(log);
        if (last.signal !== "SIGKILL") {
          // Killed before there was a run to take up again: nothing was asked, and the program says that nothing is there.
          if (how === "--resume" && last.code === 2 && /"run-missing"/.test(last.stdout) && lives.flat().length === 0) {
            rmSync(join(place, "out"), { recursive: true });
            continue;
          }
          break;
        }
        kills++;
        if (log.length === 0) killsAtStart++;
        else if (next() < 0.05) earlier.push(await this.events(place));
      }
      if (![0, 3, 4].includes(last.code!))
        throw new Error(`The run ended with code ${last.code} after ${kills} kills: ${last.stdout}${last.stderr}`);
      const upstream = await this.upstream.bill();
      const answers = answersOf(last.stdout);
      const judged = audit({
        team: plan.team,
        budget: { run: { tokens: budgetTokens } },
        events: await this.events(place),
        earlier,
        lives,
        bill: upstream,
        answers,
        undisturbed: answersOf(calm.stdout),
        spent: spentOf(last.stdout),
      });
      return {
        plan,
        kills,
        killsAtStart,
        tasksAnswered: [...answers.values()].filter(({ state }) => state === "answered").length,
        callsUndisturbed: calmBill.calls,
        upstream,
        budgetTokens,
        seconds: (performance.now() - started) / 1000,
        ...judged,
      };
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  }

  /** A folder with tasks and config, and the mock that knows the tasks. */
  place({
    tasks: count,
    seed,
    latency = 0.1,
    concurrency,
  }: Pick<CrashPlan, "tasks" | "seed" | "latency" | "concurrency">) {
    const place = mkdtempSync(join(this.folder, "run-"));
    const world: World = { ...crashWorld, tasks: count };
    const tasks = worldTasks(world, seed);
    const lines = tasks.map(({ taskId, question, gold, choices }) =>
      JSON.stringify({ task_id: taskId, question, gold, choices }),
    );
    writeFileSync(join(place, "tasks.jsonl"), `${lines.join("\n")}\n`);
    writeFileSync(join(place, "quorate.config.json"), JSON.stringify(configOf(concurrency)));
    return { place, mock: { world, tasks, seed, latency, retryAfterMs: 20 } };
  }

  /** One process of the program, until it ends or is killed. */
  async life(
    place: string,
    args: readonly string[],
    { preload, env }: Pick<CrashPlan, "preload" | "env"> = {},
    kill?: KillAt,
  ): Promise<Life> {
    const cache = join(this.folder, "compiled");
    mkdirSync(cache, { recursive: true });
    const child = start(args, {
      cwd: place,
      env: { NODE_COMPILE_CACHE: cache, ...env },
      ...(preload !== undefined && { preload }),
    });
    let timer: NodeJS.Timeout | undefined;
    const strike = () => {
      timer = setTimeout(() => child.kill("SIGKILL"), kill!.ms);
    };
    this.upstream.onFirst = kill?.after === "first" ? strike : () => {};
    if (kill?.after === "start") strike();
    const life = await child.ended;
    clearTimeout(timer);
    return life;
  }

  /** The events of the run, as people get them. */
  async events(place: string): Promise<readonly Event[]> {
    const { code, stdout, stderr } = await this.life(place, ["export", "out"]);
    if (code !== 0) throw new Error(`The export ended with code ${code}: ${stderr}`);
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Event);
  }
}

/** The command that begins a run (`--out`) or takes it up again (`--resume`). */
export function command(
  {
    team,
    seed,
    concurrency,
    url,
    budgetTokens,
  }: Pick<CrashPlan, "team" | "seed" | "concurrency"> & { readonly url: string; readonly budgetTokens: number },
  how: "--out" | "--resume",
  directory: string,
): readonly string[] {
  const what = how === "--out" ? ["--team", team] : [];
  const money = ["--budget", `${budgetTokens}tok`, "--concurrency", String(concurrency), "--base-url", url];
  return ["run", "tasks.jsonl", ...what, "--seed", String(seed), ...money, how, directory, "--json"];
}

/** When a process is killed: so long after it was started, or after it asked for the first time. */
interface KillAt {
  readonly after: "start" | "first";
  readonly ms: number;
}

/** One in seven while it starts or recovers, the others at work. */
function killAt(next: () => number): KillAt {
  return next() < 1 / 7 ? { after: "start", ms: 800 * next() } : { after: "first", ms: 300 * next() };
}

/** Patient enough that nothing fails for good: answers are then those of an undisturbed run. */
function configOf(concurrency: number) {
  return {
    agents: Object.fromEntries(
      crashWorld.agents.map(({ name, prices }) => [name, { prices, asOf: crashWorld.asOf, maxTokens: 400 }]),
    ),
    answers: "choice",
    run: { timeoutMs: 500, triesMax: 30, retryShare: 3, concurrency },
  };
}

interface Printed {
  readonly answers: readonly (Answered & { readonly task_id: string })[];
  readonly spent: { readonly tokens: number; readonly calls: number };
}

export function answersOf(stdout: string): ReadonlyMap<string, Answered> {
  return new Map((JSON.parse(stdout) as Printed).answers.map((one) => [one.task_id, one]));
}

export function spentOf(stdout: string): Partial<Amounts> {
  const { tokens, calls } = (JSON.parse(stdout) as Printed).spent;
  return { tokens, calls };
}
