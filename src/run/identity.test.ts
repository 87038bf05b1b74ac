import { describe, expect, it } from "vitest";
import { Config } from "../records/config.ts";
import { memberNamed, seatOf } from "./identity.ts";

const config = Config.parse({
  agents: {
    gpt: {
      ...{ model: "gpt-5-mini", temperature: 0.3, maxTokens: 500, provider: ["near", "far"], fallback: "small~low" },
      levels: { high: { effort: "high", maxTokens: 4000 } },
    },
    "gpt~extra": { model: "gpt-5", topP: 0.9 },
    small: {},
  },
});
const seat = (agent: string, level?: string) =>
  seatOf(config, { agent, ...(level !== undefined && { level }) }, { endpoints: ["only"] });

describe("seatOf", () => {
  it("takes an agent as the config has it", () => {
    expect(seat("gpt")).toMatchObject({
      ...{ model: "gpt-5-mini", maxTokens: 500, endpoints: ["near", "far"], settings: { temperature: 0.3 } },
      fallback: { agent: "small", level: "low" },
    });
  });

  it("changes at a level what the level changes, and keeps the rest", () => {
    expect(seat("gpt", "high")).toMatchObject({ maxTokens: 4000, settings: { temperature: 0.3, effort: "high" } });
  });

  it("prefers an entry of the level's own, and sends a level that nobody knows as the effort", () => {
    expect(seat("gpt", "extra")).toMatchObject({ model: "gpt-5", settings: { topP: 0.9 } });
    expect(seat("gpt", "extra").settings).not.toHaveProperty("effort");
    expect(seat("gpt", "low").settings).toMatchObject({ effort: "low" });
  });

  it("takes an unknown agent for a model's name", () => {
    expect(seat("llama")).toMatchObject({ model: "llama", endpoints: ["only"], maxTokens: 2048, config: {} });
  });

  it("splits a fallback's name at its level unless it is an agent's whole name", () => {
    expect(memberNamed(config, "gpt~extra")).toEqual({ agent: "gpt~extra" });
    expect(memberNamed(config, "small~low")).toEqual({ agent: "small", level: "low" });
  });
});
