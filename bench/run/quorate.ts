// quorate's whole path as its command line takes it: `run` over tasks in a directory, and `run --resume` of a finished one.
// BENCH_TEAM=single: one step a task instead of vote:5.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTasks } from "../../src/run/read-tasks.ts";
import { run } from "../../src/run/run.ts";
import { candidate, type Ran, type Work } from "./candidate.ts";

const team = process.env["BENCH_TEAM"] ?? "vote:5";
const stepsPerTask = team === "single" ? 1 : 5;

if (process.argv[6] === "resume") await measureResume();
else await candidate(throughput);

/** Steps that were answered. */
async function throughput(work: Work): Promise<number> {
  const directory = join(work.folder, "out");
  const result = await run(await readTasks([tasksFile(work)], { cwd: work.folder }), optionsOf(work, directory));
  if (result.status !== "done") throw new Error(`The run ended as ${result.status}.`);
  return result.answered;
}

function optionsOf({ url, inFlight, folder }: Work, directory: string) {
  return {
    directory,
    team: `${team}@bench`,
    budget: { run: { tokens: 1e12, calls: 1e9 } },
    config: configOf(url, inFlight),
    env: { OPENAI_API_KEY: "none" },
    cwd: folder,
    answers: "choice",
  };
}

function configOf(url: string, inFlight: number) {
  return {
    agents: { bench: { maxTokens: 200 } },
    sources: [],
    providers: { bench: { kind: "openai-compatible", baseUrl: `${url}/v1`, limits: { concurrency: inFlight } } },
    run: { concurrency: inFlight },
  };
}

function tasksFile({ steps, folder }: Work): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "tasks.jsonl");
  const lines = Array.from({ length: steps / stepsPerTask }, (_, i) =>
    JSON.stringify({
      task_id: `t${i}`,
      question: `Question ${i}: which of these follows?`,
      choices: ["one", "two", "three"],
    }),
  );
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** A finished run is made, then `quorate run --resume` is measured as a process, from its start to its end. */
async function measureResume(): Promise<void> {
  const [url, steps, inFlight, folder] = process.argv.slice(2);
  const work: Work = { url: url!, steps: Number(steps), inFlight: Number(inFlight), folder: folder! };
  const answered = await throughput(work);
  writeFileSync(join(work.folder, "quorate.config.json"), JSON.stringify(configOf(work.url, work.inFlight)));
  if (answered !== work.steps) throw new Error(`${answered} of ${work.steps} steps were answered`);
  const start = performance.now();
  const said = await resumed(work);
  const seconds = (performance.now() - start) / 1000;
  const ran: Ran = { seconds, cpuSeconds: said.cpuSeconds, peakMb: said.peakMb };
  process.stdout.write(`\n${JSON.stringify(ran)}\n`, () => process.exit());
}

function resumed({ folder }: Work): Promise<Pick<Ran, "cpuSeconds" | "peakMb">> {
  const cli = JSON.stringify(new URL("../../dist/cli/main.js", import.meta.url).href);
  const program = `import(${cli}).then(async (cli) => {
    const code = await cli.main(["run", "tasks.jsonl", "--resume", "out", "--json"]);
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.send({ code, peakMb: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }, () => process.disconnect());
  })`;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["-e", program], {
      cwd: folder,
      env: { ...process.env, OPENAI_API_KEY: "none" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    let complaints = "";
    child.stderr!.on("data", (chunk) => {
      complaints += chunk;
    });
    let told: { readonly code: number; readonly peakMb: number; readonly cpuSeconds: number } | undefined;
    child.once("message", (message) => {
      told = message as typeof told;
    });
    child.once("error", reject);
    child.once("close", () => {
      if (told?.code === 0) resolve(told);
      else reject(new Error(`--resume ended with code ${told?.code}: ${complaints.slice(-2000)}`));
    });
  });
}
