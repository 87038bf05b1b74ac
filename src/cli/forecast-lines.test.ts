import { describe, expect, it } from "vitest";
import { calibrate } from "../calibrate/calibrate.ts";
import { parseTeam } from "../organizations/parse-team.ts";
import { forecast } from "../plan/forecast.ts";
import type { Attempt } from "../records/attempt.ts";
import { Config } from "../records/config.ts";
import { tabulate } from "../records/tabulate.ts";
import { forecastLines } from "./forecast-lines.ts";

/** Two samples of one agent on 30 tasks; seconds are recorded where they are asked for. */
function linesOf(recorded: { readonly seconds?: number }) {
  const attempts = Array.from(
    { length: 60 },
    (_, i): Attempt => ({ taskId: `t${i >> 1}`, agent: "a", sample: i % 2, correct: i % 3 === 0 ? 0 : 1, ...recorded }),
  );
  const sorts = { graded: attempts.length, scored: 0, ungraded: 0, aggregated: 0, relay: 0 };
  const read = { name: "costs", attempts, lines: attempts.length, badLines: [], sorts, disagreements: [], sources: [] };
  return forecastLines(forecast(parseTeam("vote:3@a"), calibrate(tabulate(read, Config.parse({})))));
}

describe("a forecast in the terminal", () => {
  it("names all costs that are recorded nowhere in one line, with one remedy", () => {
    const missing = linesOf({}).filter((line) => line.includes("of some member are recorded"));
    expect(missing).toEqual([
      "  not measured    no tokens, dollars or seconds of some member are recorded → record tokens, dollars and seconds with the attempts, or give promptTokens, answerTokens, prices (inputPerMillion, outputPerMillion) and seconds in quorate.config",
    ]);
  });

  it("keeps what is recorded on a line of its own", () => {
    const lines = linesOf({ seconds: 2 });
    expect(lines.find((line) => line.startsWith("  seconds "))).toMatch(/per task, at most/);
    expect(lines.find((line) => line.startsWith("  not measured "))).toContain("no tokens or dollars of some member");
  });
});
