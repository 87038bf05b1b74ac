import { nearest } from "../organizations/cast.ts";
import { PhaseAxisError, type PhaseParameter, phaseParameters } from "../theory/phase.ts";
import type { AxisRequest } from "./phase.ts";

/** What people call them: the symbols of the theory, and the flags of the command line. */
const alsoCalled: Readonly<Record<string, PhaseParameter>> = {
  ρ: "rho",
  γ: "gamma",
  b: "fanIn",
  "fan-in": "fanIn",
  m: "messageTokens",
  "message-tokens": "messageTokens",
  W: "contextTokens",
  "context-tokens": "contextTokens",
  B: "budget",
  p: "accuracy",
};

/**
 * An axis: `rho`, `rho=0:0.6`, `rho=0:0.6:200`, `budget=1e3:1e6:200:log`. What is left out is chosen around the team.
 *
 * @throws {PhaseAxisError} with the nearest name, or what is wrong
 */
export function parsePhaseAxis(text: string): AxisRequest {
  const [name, range, ...more] = text.split("=") as [string, string?, ...string[]];
  const parameter = phaseParameters.find((one) => one === name) ?? otherName(name);
  if (!parameter) {
    const alike = nearest(name, [...phaseParameters, ...Object.keys(alsoCalled).filter(({ length }) => length > 1)]);
    throw new PhaseAxisError(
      `"${name}" is no parameter of a phase diagram.`,
      `${alike ? `Did you mean ${alike}? ` : ""}The parameters are ${phaseParameters.join(", ")}.`,
    );
  }
  if (range === undefined) return { parameter };
  const form = /^([^:]+):([^:]+?)(?::(?!log$)([^:]+))?(:log)?$/.exec(range);
  if (!form || more.length > 0) throw wrong(text, parameter);
  const [, from, to, steps, log] = form;
  const number = (digits: string) => {
    if (digits.trim() === "" || Number.isNaN(Number(digits))) throw wrong(text, parameter);
    return Number(digits);
  };
  return {
    ...{ parameter, from: number(from!), to: number(to!), log: log !== undefined },
    ...(steps !== undefined && { steps: number(steps) }),
  };
}

const otherName = (name: string) => (Object.hasOwn(alsoCalled, name) ? alsoCalled[name] : undefined);

function wrong(text: string, parameter: PhaseParameter): PhaseAxisError {
  return new PhaseAxisError(
    `"${text}" is no axis.`,
    `Write parameter=from:to:steps, with :log behind it for equal ratios, as in ${parameter}=${parameter === "rho" || parameter === "gamma" || parameter === "accuracy" ? "0.5:0.9:200" : "3:300:200:log"}.`,
  );
}
