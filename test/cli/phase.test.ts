import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, describe, expect, it } from "vitest";
import { parsePhaseAxis } from "../../src/plan/phase-axis.ts";
import { formatAttempts } from "../../src/records/parse.ts";
import { scriptedAttempts, scriptedConfig, scriptedExample } from "../../src/simulate/scripted.ts";
import { type PhaseAxis, phaseGrid, phases } from "../../src/theory/phase.ts";
import { quorateHere } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-phase-cli-"));
afterAll(() => rmSync(folder, { recursive: true }));
const gsm8k = "examples/gsm8k/answers.json";
const theory = ["phase", "--team", "tree:3x3", "--accuracy", "0.6", "--x", "rho=0:0.6:25", "--y", "gamma=0.2:1:17"];

/** Attempts of agents about whom the whole theory can be calibrated. */
function scripted(): string {
  const file = join(folder, "scripted.jsonl");
  if (!existsSync(file)) {
    const truth = { ...scriptedExample, tasks: 80 };
    writeFileSync(file, [...formatAttempts(scriptedAttempts(truth, 1))].join(""));
    writeFileSync(join(folder, "quorate.config.json"), JSON.stringify(scriptedConfig(truth)));
  }
  return file;
}

describe("quorate phase", () => {
  it("draws theory alone on the terminal, and says so", async () => {
    const { code, stdout, stderr } = await quorateHere([...theory, "--rho", "0.2", "--gamma", "0.81"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("theory alone");
    expect(stdout).toContain("At γ = 0.81, as ρ grows: the team is better up to ");
    expect(stdout.split("\n").filter((line) => /│.{60}$/u.test(line))).toHaveLength(20);
    expect(stdout.match(/▲/g)).toHaveLength(2); // on the map and in its legend
  });

  it("writes CSV that any reader reads: header with units, every point with all digits", async () => {
    const file = join(folder, "map.csv");
    const { code, stdout } = await quorateHere([...theory, "--csv", file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`written: ${file}`) });
    const text = readFileSync(file, "utf8");
    expect(text.split("\r\n")[0]).toBe(
      "rho,gamma,team accuracy (share),single accuracy (share),alpha (factor per layer),phase",
    );
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    const grid = phaseGrid({
      ...{ x: parsePhaseAxis("rho=0:0.6:25") as PhaseAxis, y: parsePhaseAxis("gamma=0.2:1:17") as PhaseAxis },
      ...{ layers: 3, values: { fanIn: 3, accuracy: 0.6 } },
    });
    expect(rows).toHaveLength(25 * 17);
    for (const [i, row] of rows.entries()) {
      expect(Number(row["rho"])).toBe(grid.x[i % 25]);
      expect(Number(row["gamma"])).toBe(grid.y[Math.floor(i / 25)]);
      expect(Number(row["team accuracy (share)"])).toBe(grid.accuracy[i]);
      expect(row["phase"]).toBe(phases[grid.phase[i]!]);
    }
  });

  it("leaves the accuracy of a team empty that does not fit", async () => {
    const file = join(folder, "window.csv");
    await quorateHere([
      ...theory.slice(0, 5),
      "--x",
      "W=50:500:9",
      "--y",
      "gamma=0.5:1:3",
      "--rho",
      "0",
      "--message-tokens",
      "64",
      "--csv",
      file,
    ]);
    const rows = parse(readFileSync(file, "utf8"), { columns: true }) as Record<string, string>[];
    expect(rows[0]).toMatchObject({ "team accuracy (share)": "", phase: "does not fit" });
    expect(rows.at(-1)!["phase"]).toBe("team is better");
  });

  it("places the calibrated team with its interval, the same for the same seed", async () => {
    const args = [
      "phase",
      scripted(),
      "--x",
      "rho=0:0.6:20",
      "--y",
      "gamma=0.2:1:20",
      "--team",
      "tree:3x3/m=96",
      "--json",
    ];
    const { code, stdout } = await quorateHere(args);
    expect(code).toBe(0);
    const map = JSON.parse(stdout);
    expect(map).toMatchObject({
      team: { text: expect.stringMatching(/^tree:3x3\/m=96@leaf=/), kind: "tree" },
      calibration: { tasks: 80, confidence: 0.9 },
      place: { x: { low: expect.any(Number), high: expect.any(Number) }, y: { value: expect.any(Number) } },
      x: { parameter: "rho", values: expect.any(Array) },
    });
    expect(map.accuracy).toHaveLength(400);
    expect(Math.abs(map.place.x.value - 0.1)).toBeLessThan(0.06);
    expect((await quorateHere(args)).stdout).toBe(stdout);
  });

  it("writes SVG and HTML, each whole", async () => {
    const [svg, html] = [join(folder, "map.svg"), join(folder, "deep/map.html")];
    const { code } = await quorateHere(["phase", gsm8k, "--svg", svg, "--html", html]);
    expect(code).toBe(0);
    expect(readFileSync(svg, "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(readFileSync(html, "utf8")).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(readFileSync(html, "utf8")).not.toMatch(/(?:src|href)="https?:/);
  });

  it.each([
    [["--x", "rho=0:0.6:2000", "--accuracy", "0.6"], "phase-axis", "2000"],
    [["--x", "rho=0.6:0.1", "--accuracy", "0.6"], "phase-axis", "from 0.6 to 0.1"],
    [["--x", "rho", "--y", "rho", "--accuracy", "0.6"], "phase-axis", "both axes"],
    [["--x", "rhoo"], "phase-axis", "Did you mean rho"],
    [["--x", "constructor"], "phase-axis", '"constructor"'],
    [["--x", "b=3:1e9", "--accuracy", "0.6", "--rho", "0"], "domain", "fanIn = 1000000000"],
    [["--team", "vote:9999999", "--accuracy", "0.6"], "domain", "fanIn = 9999999"],
    [["--x", "rho=0..1"], "phase-axis", "rho=0..1"],
    [["--x", "gamma=0:1", "--accuracy", "0.6"], "domain", "gamma = 0"],
    [["--accuracy", "1.6"], "domain", "accuracy = 1.6"],
    [[], "missing-parameter", "--accuracy"],
    [[gsm8k, "--x", "budget"], "missing-parameter", "level"],
    [
      ["--accuracy", "0.6", "--budget", "9000tok", "--message-tokens", "64"],
      "missing-parameter",
      "State it: --beta.\n",
    ],
    [["--team", "cascade@a,b", "--accuracy", "0.6"], "no-phase-team", "cascade@a,b"],
    [[gsm8k, "--team", "vote:3@nobody"], "unknown-agent", "nobody"],
  ])("refuses %j by name and value, with exit code 2", async (args, error, words) => {
    const { code, stdout, stderr } = await quorateHere(["phase", ...args, "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.code).toBe(error);
    expect(stderr).toContain(words);
  });

  it("leaves no file where one cannot be written", async () => {
    const { code, stderr } = await quorateHere([...theory, "--svg", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain("it is a folder");
  });
});
