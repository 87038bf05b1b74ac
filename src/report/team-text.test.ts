import { describe, expect, it } from "vitest";
import { instruction, teamLabel, withTeamLabels } from "./team-text.ts";

const labels = { "gpt-4": "GPT-4", tora: "ToRA-70B", mixtral: "Mixtral", "a@b+c": "odd", "mini~high": "mini high" };

describe("teams in words", () => {
  it.each([
    ["single@gpt-4", "GPT-4", "Ask GPT-4 once."],
    ["single@mini~high", "mini high", "Ask mini high once."],
    ["vote:5@tora", "5 × ToRA-70B vote", "Ask ToRA-70B five times and take the most common answer."],
    [
      "vote@gpt-4,tora,mixtral",
      "GPT-4 + ToRA-70B + Mixtral vote",
      "Ask GPT-4, ToRA-70B and Mixtral, and take the most common answer.",
    ],
    [
      "vote.weighted@gpt-4,tora",
      "GPT-4 + ToRA-70B weighted vote",
      "Ask GPT-4 and ToRA-70B, and take the answer with the most weight.",
    ],
    [
      "ahead:2/15@tora",
      "ToRA-70B until 2 ahead (≤ 15)",
      "Ask ToRA-70B until one answer leads by two, at most 15 times.",
    ],
    [
      "cascade@tora+mixtral,gpt-4",
      "ToRA-70B + Mixtral → GPT-4",
      "Ask ToRA-70B and Mixtral. Only where they disagree, ask GPT-4.",
    ],
    [
      "cascade@tora:3,gpt-4",
      "3 × ToRA-70B → GPT-4",
      "Ask ToRA-70B three times. Only where its answers differ, ask GPT-4.",
    ],
    [
      "cascade.majority@tora+mixtral+gpt-4,mini~high",
      "ToRA-70B + Mixtral + GPT-4 → mini high",
      "Ask ToRA-70B, Mixtral and GPT-4. Only where no answer has a majority, ask mini high.",
    ],
    [
      "cascade@tora+mixtral,mini~high,gpt-4",
      "ToRA-70B + Mixtral → mini high → GPT-4",
      "Ask ToRA-70B and Mixtral. Only where they disagree, ask mini high, then GPT-4.",
    ],
    [
      "star:9/m=64@leaf=tora,reader=gpt-4",
      "9 × ToRA-70B → GPT-4",
      "Ask ToRA-70B nine times and let GPT-4 read the answers.",
    ],
    [
      "tree:3x2/m=64+32@leaf=tora,reader=gpt-4",
      "9 × ToRA-70B → GPT-4, 3×2 tree",
      "Ask ToRA-70B nine times and let GPT-4 read the answers in two layers of three.",
    ],
    ["single@a%40b%2Bc", "odd", "Ask odd once."],
  ])("calls %s what people call it, and says what to do", (text, label, sentence) => {
    expect(teamLabel(text, labels)).toBe(label);
    expect(instruction(text, labels)).toBe(sentence);
  });

  it("reads a text that no version knows, without failing", () => {
    expect(teamLabel("%%%@", labels)).toBe("%%%@");
    expect(instruction("swarm:3@gpt-4", labels)).toBe("Use the team swarm:3@gpt-4.");
  });

  it("replaces teams in a sentence, but not what only looks like one", () => {
    expect(withTeamLabels("Buy cascade@tora:3,gpt-4: it equals vote@gpt-4,mixtral, at less.", labels)).toBe(
      "Buy 3 × ToRA-70B → GPT-4: it equals GPT-4 + Mixtral vote, at less.",
    );
    expect(withTeamLabels("single@mini~high.", labels)).toBe("mini high.");
    expect(withTeamLabels("write to someone@example.org", labels)).toBe("write to someone@example.org");
  });
});
