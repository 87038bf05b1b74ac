// A program that answers steps: what the tests of `command` run. Its first argument says how it behaves.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

const [, , manner = "answers", file] = process.argv;
const step = JSON.parse(readFileSync(0, "utf8"));
const reply = { answer: "A", usage: { input_tokens: 20, output_tokens: 4 }, toolCalls: 2, usd: 0.001 };
const say = (document) => process.stdout.write(JSON.stringify(document));
const manners = {
  answers: () => say({ ...reply, usage: { input_tokens: 20, output_tokens: Math.min(4, step.maxTokens) } }),
  silent: () => say({ answer: "A" }),
  echoes: () => say({ ...reply, text: JSON.stringify({ step, env: process.env, cwd: process.cwd() }) }),
  fails: () => {
    process.stderr.write("the disk is full\n");
    process.exitCode = 3;
  },
  failsWithUsage: () => {
    say({ error: "gave up", usage: reply.usage });
    process.exitCode = 1;
  },
  hangs: () => setInterval(() => {}, 1000),
  ignoresTerm: () => {
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 1000);
  },
  floods: () => setInterval(() => process.stdout.write("x".repeat(1 << 16)), 1),
  floodsErrors: () => {
    process.stderr.write("y".repeat(1 << 20));
    say(reply);
  },
  babbles: () => process.stdout.write("Sure! The answer is A."),
  spends: () => say({ ...reply, usd: 5 }),
  leavesAChild: () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    writeFileSync(file, String(child.pid));
    say(reply);
    setTimeout(() => process.exit(0), 50);
  },
  hangsWithAChild: () => {
    const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
    writeFileSync(file, String(child.pid));
    setInterval(() => {}, 1000);
  },
};
manners[manner]();
