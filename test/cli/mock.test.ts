import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Config } from "../../src/records/config.ts";
import { readTasks } from "../../src/run/read-tasks.ts";
import { startMock } from "../../src/serve/mock/server.ts";
import { quorateHere, root } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-mock-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the verb in a process of its own and waits until it says where it listens. */
async function listening(args: readonly string[]) {
  const script = `import(${JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).href)}).then((cli) => cli.main(process.argv.slice(1)))`;
  const child = spawn(process.execPath, ["-e", script, "--", "mock", "--port", "0", "--json", ...args], { cwd: root });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (part) => (stderr += part));
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const said = await new Promise<any>((resolve, reject) => {
    child.stdout.on("data", (part) => {
      stdout += part;
      try {
        resolve(JSON.parse(stdout));
      } catch {}
    });
    child.on("exit", () => reject(new Error(stderr)));
  });
  return { said, child, ended, out: () => stdout };
}

async function ask(url: string, content: string, model: string) {
  const response = await fetch(`${url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model, messages: [{ role: "user", content }] }),
  });
  return { status: response.status, body: (await response.json()) as any };
}

describe("quorate mock", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("listens, says so once, answers, and ends well on %s", async (signal) => {
    const { said, child, ended, out } = await listening(["--latency", "0"]);
    expect(said).toMatchObject({ pid: child.pid, models: ["scout", "scholar", "clerk"] });
    expect(said.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
    expect((await ask(said.url, "Hello", "clerk")).status).toBe(200);
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(JSON.parse(out())).toEqual(said);
  });

  it("answers the tasks of a file, and recorded answers", async () => {
    const tasks = join(folder, "own.jsonl");
    const attempts = join(folder, "attempts.jsonl");
    writeFileSync(tasks, `{"task_id":"t1","question":"Which letter comes after A?","gold":"B","choices":["a","b"]}\n`);
    writeFileSync(
      attempts,
      `{"task_id":"t1","agent":"gpt","sample":0,"answer":"B","gold":"B","tokens_in":9,"tokens_out":50,"seconds":0.01}\n`,
    );
    const own = await listening(["--latency", "0", "--tasks", tasks]);
    const { body } = await ask(own.said.url, "Which letter comes after A?\nANSWER: the letter", "clerk");
    expect(body.choices[0].message.content).toMatch(/ANSWER: [AB]$/);
    const replay = await listening(["--replay", attempts, "--tasks", tasks, "--speed", "10"]);
    expect(replay.said.models).toEqual(["gpt"]);
    const first = await ask(replay.said.url, "Which letter comes after A?", "gpt");
    expect(first.body.usage.completion_tokens).toBe(50);
    expect((await ask(replay.said.url, "Which letter comes after A?", "gpt")).body.error.code).toBe("not_recorded");
    for (const { child, ended } of [own, replay]) {
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  });

  it("writes what a first run needs, and the two commands that try it", async () => {
    const directory = join(folder, "first run");
    const { code, stdout } = await quorateHere(["mock", "--init", directory, "--port", "4321"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`mock --world '${directory}/world.json' --tasks '${directory}/tasks.jsonl' --port 4321`);
    expect(stdout).toContain("--team vote:5@scout~150");
    const { tasks, badLines } = await readTasks([join(directory, "tasks.jsonl")]);
    expect([tasks.length, badLines.length]).toEqual([300, 0]);
    const config = Config.parse(JSON.parse(readFileSync(join(directory, "quorate.config.json"), "utf8")));
    const mock = await startMock({ latency: 0, tasks });
    expect(Object.keys(config.agents)).toEqual(mock.models);
    await mock.close();
    const json = await quorateHere(["mock", "--init", directory, "--json"]);
    expect(JSON.parse(json.stdout).commands).toHaveLength(2);
  });

  it.each([
    [["--fault", "flood=1"], "bad-mock-option"],
    [["--fault", "429=2"], "bad-mock-option"],
    [["--world", "nowhere.json"], "bad-mock-option"],
    [["--tasks", "nowhere.jsonl"], "file-missing"],
    [["--replay", "nowhere.jsonl"], "file-missing"],
    [["--speed", "2"], "bad-mock-option"],
    [["--key-env", "NO_SUCH_VARIABLE"], "bad-mock-option"],
    [["--host", "203.0.113.1"], "port-unavailable"],
    [["--port", "70000"], "usage"],
    [["--latency", "-1"], "usage"],
    [["--concurrency", "0"], "usage"],
  ])("%j is refused before anything listens", async (args, error) => {
    const { code, stdout } = await quorateHere(["mock", "--json", "--port", "0", ...args]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe(error);
  });
});
