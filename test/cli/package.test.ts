import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-package-"));
const npm = (args: string[], cwd: string) =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
afterAll(() => rmSync(folder, { recursive: true }));

describe("the packed package, installed elsewhere", () => {
  const bin = join(folder, "node_modules/quorate/bin/quorate.js");

  beforeAll(() => {
    npm(["run", "build"], root);
    npm(["pack", "--ignore-scripts", "--pack-destination", folder], root);
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
    writeFileSync(join(folder, "package.json"), '{"name":"elsewhere","private":true,"type":"module"}');
    npm(["install", "--omit=dev", "--no-audit", "--no-fund", "--prefer-offline", `./${tarball}`], folder);
  }, 180_000);

  it("runs its bin on built JavaScript", async () => {
    const { code, stdout } = await run(process.execPath, [bin, "--version"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "0.1.0\n" });
  });

  it("studies the example that it carries", async () => {
    const example = join(folder, "node_modules/quorate/examples/gsm8k/answers.json");
    const { code, stdout } = await run(process.execPath, [bin, "study", example, "--splits", "0", "--json"], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ tasks: { total: 659 } });
  });

  it("gives every subpath of its exports, with types beside them", async () => {
    const { exports } = JSON.parse(
      (
        await run(process.execPath, ["-p", "require('fs').readFileSync('node_modules/quorate/package.json','utf8')"], {
          cwd: folder,
        })
      ).stdout,
    );
    const names = Object.keys(exports).filter((name) => name !== "./package.json");
    const script = names.map((name) => `await import("quorate${name.slice(1)}");`).join("\n");
    expect(await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder })).toEqual({
      code: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("stays under 60 MB", () => {
    const kilobytes = Number(
      execFileSync("du", ["-sk", join(folder, "node_modules")], { encoding: "utf8" }).split("\t")[0],
    );
    expect(kilobytes).toBeLessThan(60_000);
  });
});

it("says so on a Node that is too old, with exit code 2", async () => {
  const script = `Object.defineProperty(process.versions, "node", { value: "20.20.2" }); import(${JSON.stringify(join(root, "bin/quorate.js"))});`;
  const { code, stdout, stderr } = await run(process.execPath, ["-e", script]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/needs Node 22\.18 or newer; this is Node 20\.20\.2/);
});
