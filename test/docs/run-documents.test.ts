// What docs/prompts.md and docs/answers.md show is what the program does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Config } from "../../src/records/config.ts";
import { answerReader } from "../../src/run/answers/answer-reader.ts";
import * as extractions from "../../src/run/answers/index.ts";
import { messagesOf } from "../../src/run/prompts/messages-of.ts";
import { root } from "../cli/run.ts";

const read = (name: string) => readFileSync(join(root, "docs", name), "utf8");
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``, "g"))].map(([, block]) => block!);

describe("docs/prompts.md", () => {
  const text = read("prompts.md");

  it("shows the prompt of a reader as it is sent", async () => {
    const task = { taskId: "t", question: "Which river flows through Paris?", choices: ["Rhine", "Seine"] };
    const told = [
      { step: { id: "leaf/0", messageTokens: 64 }, text: "Paris lies on the Seine.\nANSWER: B" },
      { step: { id: "leaf/1", messageTokens: 64 }, text: "ANSWER: A" },
    ];
    const step = { role: "reader", reads: ["leaf/0", "leaf/1"] };
    const sent = messagesOf(step, task, told, { reader: await answerReader("choice") });
    expect(blocks(text, "text")).toEqual([sent.at(-1)!.content]);
  });

  it("shows texts that a config may have", () => {
    const { prompts } = Config.parse(JSON.parse(blocks(text, "json")[0]!));
    const [system, user] = messagesOf({ role: "solve", reads: [] }, { taskId: "t", question: "Where?" }, [], {
      prompts,
    });
    expect(system!.content).toBe("You are a geographer.");
    expect(user!.content).toBe("Where?");
  });

  it("names every placeholder", () => {
    let message = "";
    try {
      messagesOf({ role: "solve", reads: [] }, { taskId: "t", question: "?" }, [], { prompts: { solve: "{x}" } });
    } catch (error) {
      message = (error as Error).message;
    }
    const known = [...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).filter((name) => name !== "x");
    expect(known.length).toBeGreaterThan(4);
    for (const name of known) expect(text).toContain(`| \`{${name}}\` |`);
  });
});

describe("docs/answers.md", () => {
  const text = read("answers.md");

  it("has every kind with what it says of itself", () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, kind, summary]) => [kind, summary]);
    const members = Object.entries(extractions).map(([kind, { summary }]) => [kind, summary]);
    expect(rows.sort()).toEqual(members.sort());
  });

  it("shows options that exist", async () => {
    for (const line of blocks(text, "json")[0]!.split("\n")) {
      const { answers } = Config.parse(JSON.parse(line));
      if (typeof answers === "object" && answers.kind === "module")
        await expect(answerReader(answers)).rejects.toThrow(/cannot be loaded/);
      else expect((await answerReader(answers)).name).toContain((answers as { kind: string }).kind);
    }
  });
});
