import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Config } from "../records/config.ts";
import { priceListOf, readPrices, withPrices } from "./read-prices.ts";

const mini = { inputPerMillion: 0.25, outputPerMillion: 2, cachedInputPerMillion: 0.025 };
const ours = { asOf: "2026-01-31", prices: { "gpt-5-mini": mini } };

const forms = {
  ours,
  "our config": { agents: { small: { model: "gpt-5-mini", prices: mini } } },
  "models.dev": {
    openai: {
      id: "openai",
      models: {
        "gpt-5-mini": {
          id: "gpt-5-mini",
          cost: { input: 0.25, output: 2, cache_read: 0.025 },
          limit: { context: 400_000, output: 128_000 },
        },
        unpriced: { id: "unpriced" },
      },
    },
  },
  LiteLLM: {
    sample_spec: { input_cost_per_token: null, mode: "one of: chat, embedding" },
    "gpt-5-mini": {
      input_cost_per_token: 2.5e-7,
      output_cost_per_token: 2e-6,
      cache_read_input_token_cost: 2.5e-8,
      max_input_tokens: 400_000,
      litellm_provider: "openai",
    },
    "text-embedding": { input_cost_per_token: 1e-8, output_cost_per_token: "" },
  },
  OpenRouter: {
    data: [
      {
        id: "openai/gpt-5-mini",
        context_length: 400_000,
        pricing: {
          prompt: "0.00000025",
          completion: "0.000002",
          input_cache_read: "0.000000025",
          request: "0",
          internal_reasoning: "0",
        },
      },
      { id: "openrouter/auto", pricing: { prompt: "-1", completion: "-1" } },
    ],
  },
};

describe("priceListOf", () => {
  it.each(Object.entries(forms))("reads the same prices in the form of %s, and only prices", (_, document) => {
    const { models } = priceListOf(document, "prices.json", "2026-02-01");
    expect(models).toHaveLength(1);
    expect(models[0]!.name).toMatch(/gpt-5-mini$/);
    expect(models[0]!.prices).toEqual(mini);
  });

  it("takes the date that the file says, else that of its name, else of its last change, and says which", () => {
    const dateOf = (document: object, file: string) => {
      const { asOf, datedBy } = priceListOf(document, file, "2026-02-01");
      return [asOf, datedBy];
    };
    expect(dateOf(ours, "prices-2026-01-01.json")).toEqual(["2026-01-31", "content"]);
    expect(dateOf(forms.OpenRouter, "models-20260101.json")).toEqual(["2026-01-01", "name"]);
    expect(dateOf(forms.OpenRouter, "models.json")).toEqual(["2026-02-01", "modification"]);
    expect(dateOf({ ...forms["models.dev"], asOf: "2026-01-15" }, "api.json")).toEqual(["2026-01-15", "content"]);
  });

  it("takes the smaller discount of a batch tier for all kinds, and a price per call", () => {
    const document = {
      m: {
        input_cost_per_token: 1e-6,
        output_cost_per_token: 2e-6,
        input_cost_per_token_batches: 5e-7,
        output_cost_per_token_batches: 1.2e-6,
        input_cost_per_request: 0.01,
      },
    };
    expect(priceListOf(document, "p.json", "2026-02-01").models[0]!.prices).toEqual({
      inputPerMillion: 1,
      outputPerMillion: 2,
      perCall: 0.01,
      batchDiscount: 0.4,
    });
  });

  it.each([
    [[], /not a JSON object/],
    [{}, /none of the known forms|no model/],
    [{ data: 5 }, /no list of models/],
    [{ prices: { m: { inputPerMillion: -1, outputPerMillion: 1 } } }, /inputPerMillion/],
    [{ m: { input_cost_per_token: null, output_cost_per_token: null } }, /no model in it has a price/],
  ])("refuses what is no list of prices", (document, happened) => {
    expect(() => priceListOf(document, "p.json", "2026-02-01")).toThrow(happened);
  });
});

describe("withPrices", () => {
  const today = "2026-03-01";
  const list = (name: string, prices: object, asOf = "2026-01-31") => priceListOf({ asOf, prices }, name, today);
  const priced = (config: object, lists: Parameters<typeof withPrices>[1], ...agents: string[]) =>
    withPrices(Config.parse(config), lists, { agents, today });

  it("keeps what the config states, and gives the rest by model, with date and source", () => {
    const own = { inputPerMillion: 9, outputPerMillion: 9 };
    const { config, notes } = priced(
      { agents: { a: { model: "gpt-5-mini" }, b: { model: "gpt-5-mini", prices: own } } },
      [list("p.json", { "openai/gpt-5-mini": mini })],
      "a",
      "b",
      "gpt-5-mini",
      "unknown",
    );
    expect(config.agents["a"]).toEqual({ model: "gpt-5-mini", prices: mini, asOf: "2026-01-31" });
    expect(config.agents["b"]!.prices).toEqual(own);
    expect(config.agents["gpt-5-mini"]!.prices).toEqual(mini);
    expect(config.agents["unknown"]).toBeUndefined();
    expect(notes).toEqual(["Prices are from p.json of 2026-01-31."]);
  });

  it("does not choose between providers whose prices differ", () => {
    const lists = [list("p.json", { "x/m": mini, "y/m": { ...mini, outputPerMillion: 3 }, "z/n": mini, "w/n": mini })];
    const { config, notes } = priced({}, lists, "m", "n", "y/m");
    expect(config.agents["m"]).toBeUndefined();
    expect(config.agents["n"]!.prices).toEqual(mini);
    expect(config.agents["y/m"]!.prices!.outputPerMillion).toBe(3);
    expect(notes[0]).toMatch(/several prices for m/);
  });

  it("calls prices of more than 180 days old", () => {
    const { notes } = priced(
      { agents: { b: { prices: mini, asOf: "2025-01-01" } } },
      [list("p.json", { a: mini }, "2025-08-01")],
      "a",
      "b",
    );
    expect(notes[0]).toMatch(/of 2025-08-01, 212 days ago/);
    expect(notes[1]).toMatch(/prices of b are of 2025-01-01/);
  });
});

describe("readPrices", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "quorate-prices-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("dates a file by its last change where nothing else does", async () => {
    const file = join(folder, "p.json");
    writeFileSync(file, JSON.stringify(forms.OpenRouter));
    utimesSync(file, new Date("2025-12-24T12:00:00Z"), new Date("2025-12-24T12:00:00Z"));
    expect((await readPrices("p.json", { cwd: folder })).asOf).toBe("2025-12-24");
  });

  it("says what is wrong with a file", async () => {
    writeFileSync(join(folder, "bad.json"), "{");
    await expect(readPrices("bad.json", { cwd: folder })).rejects.toMatchObject({ code: "bad-prices", exitCode: 2 });
    await expect(readPrices("none.json", { cwd: folder })).rejects.toMatchObject({ code: "file-missing" });
  });
});
