import type { PhaseMap } from "../plan/phase.ts";
import { type PhaseParameter, phases } from "../theory/phase.ts";

const headers: Readonly<Record<PhaseParameter, string>> = {
  rho: "rho",
  gamma: "gamma",
  fanIn: "fanIn (votes)",
  messageTokens: "messageTokens (tokens)",
  contextTokens: "contextTokens (tokens)",
  budget: "budget (tokens per task)",
  accuracy: "agent accuracy (share)",
};

/**
 * One row per point, x fastest, every number with all its digits (RFC 4180: CRLF, quotes where a comma stands). A team that
 * does not fit has no accuracy: its field is empty.
 */
export function* phaseCsv({ grid, problem }: PhaseMap): Generator<string> {
  const names = [
    headers[problem.x.parameter],
    headers[problem.y.parameter],
    "team accuracy (share)",
    "single accuracy (share)",
    "alpha (factor per layer)",
    "phase",
  ];
  yield `${names.join(",")}\r\n`;
  const { x, y, accuracy, single, alpha, phase } = grid;
  for (let index = 0; index < phase.length; index++) {
    const name = phases[phase[index]!]!;
    const fields = [
      x[index % x.length],
      y[Math.floor(index / x.length)],
      phase[index] === 0 ? "" : accuracy[index],
      single[index],
      alpha[index],
      name.includes(",") ? `"${name}"` : name,
    ];
    yield `${fields.join(",")}\r\n`;
  }
}
