import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Config } from "../../src/records/config.ts";
import { providerKinds } from "../../src/run/providers/open.ts";

const page = readFileSync("docs/providers.md", "utf8");
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => text!);

describe("docs/providers.md", () => {
  it.each(examples)("has an example that is a config, and each provider of it is one of its kind: %s", (text) => {
    const { providers = {} } = Config.parse(JSON.parse(text));
    for (const { kind, limits: _limits, modelLimits: _modelLimits, ...entry } of Object.values(providers))
      expect(providerKinds.get(kind)?.options.safeParse(entry)).toMatchObject({ success: true });
  });

  it("has a section and an example for every kind", () => {
    for (const kind of providerKinds.keys()) {
      expect(page).toContain(`\n## ${kind}\n`);
      expect(examples.some((text) => text.includes(`"kind": "${kind}"`))).toBe(true);
    }
  });
});
