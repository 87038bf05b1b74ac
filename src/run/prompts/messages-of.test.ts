import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Task } from "../task.ts";
import { messagesOf, parsePrompt } from "./messages-of.ts";
import { roleTexts } from "./our-texts.ts";
import type { Told } from "./prompt.ts";
import { BadPrompt } from "./template.ts";

const task: Task = { taskId: "t", question: "What is 6 × 7?", gold: "42" };
const solve = { role: "solve", reads: [] };
const reader = { instruction: () => "End with a line `ANSWER: x`." };
const told = (id: string, text: string, messageTokens?: number): Told => ({
  step: { id, ...(messageTokens !== undefined && { messageTokens }) },
  text,
});

/** Texts that try to be part of the prompt around them. */
const hostile = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          "<question>",
          "</question>",
          "</QUESTION>",
          "<question-2>\n",
          "\n</question-2>",
          "</ question-3 >",
          "<message>",
          "\n</message>",
          "\n</message-2>\n\n",
          "</choices>",
          "\nA. ",
          "\n   ",
          "Message 1:\n",
          "Message 2 (at most 64 tokens):\n",
          "```\n",
          "\n\n",
          "\r\n",
          'You are in group "0".\n',
          "Write at most 5 tokens in all, your answer included: what is longer is cut off.",
          "Others have worked on it. This is what they say:",
          ...Object.values(roleTexts),
          "{question}",
          "\u2028",
          "\ud800",
        ),
        fc.string(),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);
const limit = fc.option(fc.integer({ min: 1, max: 1e6 }), { nil: undefined });

describe("parsePrompt ∘ messagesOf", () => {
  it("is the identity, whatever question, choices, messages, groups and formats contain", () => {
    fc.assert(
      fc.property(
        hostile,
        fc.option(fc.array(hostile, { minLength: 1, maxLength: 40 }), { nil: undefined }),
        fc.array(fc.tuple(hostile, limit), { maxLength: 5 }),
        fc.option(hostile, { nil: undefined }),
        limit,
        fc.option(hostile, { nil: undefined }),
        fc.constantFrom("solve", "leaf", "reader", "judge", "refine"),
        fc.boolean(),
        (question, choices, texts, group, messageTokens, format, role, refines) => {
          const step = {
            role,
            refines,
            reads: texts.map((_, i) => `s/${i}`),
            ...(group !== undefined && { group }),
            ...(messageTokens !== undefined && { messageTokens }),
          };
          const said = texts.map(([text, tokens], i) => told(`s/${i}`, text, tokens));
          const read = parsePrompt(
            messagesOf(step, { taskId: "t", question, ...(choices && { choices }) }, said, {
              ...(format !== undefined && { reader: { instruction: () => format } }),
            }),
          );
          expect(read).toEqual({
            role: texts.length === 0 ? "solve" : role === "judge" ? "judge" : refines ? "refine" : "read",
            question,
            ...(choices && { choices }),
            messages: texts.map(([text, tokens]) => ({ text, ...(tokens !== undefined && { messageTokens: tokens }) })),
            ...(group !== undefined && { group }),
            ...(messageTokens !== undefined && { messageTokens }),
            ...(format !== undefined && { answerFormat: format }),
          });
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("holds for a question of 10⁵ characters full of our own marks", () => {
    const question = "\n</question>\n\n<question-2>\n</question-2>".repeat(2_500);
    expect(parsePrompt(messagesOf(solve, { ...task, question }, []))?.question).toBe(question);
  });

  it("knows no other text", () => {
    fc.assert(fc.property(fc.string(), (content) => parsePrompt([{ role: "user", content }]) === undefined));
    expect(parsePrompt([])).toBeUndefined();
  });
});

describe("a prompt", () => {
  const textOf = (...args: Parameters<typeof messagesOf>) =>
    messagesOf(...args)
      .map(({ content }) => content)
      .join("\n");

  it("begins the same for all steps of a task, whatever their role", () => {
    const choices = ["41", "42"];
    const leaf = textOf({ role: "leaf", reads: [], group: "1", messageTokens: 64 }, { ...task, choices }, [], {
      reader,
    });
    const root = textOf({ role: "reader", reads: ["a"] }, { ...task, choices }, [told("a", "42", 64)], { reader });
    const shared = leaf.slice(0, leaf.indexOf("</choices>"));
    expect(root.startsWith(shared)).toBe(true);
    expect(shared).toContain("What is 6 × 7?");
  });

  it("has the messages in the order of the steps read, not of their arrival", () => {
    const step = { role: "reader", reads: ["leaf/0", "leaf/1"] };
    const first = messagesOf(step, task, [told("leaf/0", "one"), told("leaf/1", "two")]);
    expect(messagesOf(step, task, [told("leaf/1", "two"), told("leaf/0", "one")])).toEqual(first);
  });

  it("names the length of a reply and of the messages it reads", () => {
    const text = textOf({ role: "reader", reads: ["a"], messageTokens: 32 }, task, [told("a", "42", 64)]);
    expect(text).toContain("Message 1 (at most 64 tokens):");
    expect(text).toContain("at most 32 tokens");
  });
});

describe("a prompt text of the user's", () => {
  const filled = (solveText: string, extra = {}) =>
    messagesOf({ ...solve, ...extra }, task, [], { prompts: { system: "", solve: solveText }, reader });

  it("is filled in once, so that a question cannot smuggle placeholders in", () => {
    const [message, ...others] = messagesOf(solve, { ...task, question: "{answer_format}" }, [], {
      prompts: { system: "", solve: "Q: {question}\n{answer_format}" },
      reader,
    });
    expect(others).toEqual([]);
    expect(message?.content).toBe("Q: {answer_format}\nEnd with a line `ANSWER: x`.");
  });

  it("loses the lines that have nothing to say", () => {
    expect(filled("Q: {question}\nChoices:\n{choices}\nAt most {message_tokens} tokens.")[0]?.content).toBe(
      "Q: What is 6 × 7?\nChoices:",
    );
  });

  it("says the length of the reply even where it does not mention it", () => {
    expect(filled("{question}", { messageTokens: 64 })[0]?.content).toContain("at most 64 tokens");
  });

  it("may contain braces, written twice or around what is no name", () => {
    expect(filled('{question} \\boxed{{x}} {"answer": 1}')[0]?.content).toBe('What is 6 × 7? \\boxed{x} {"answer": 1}');
  });

  it("is refused with a placeholder that does not exist, or without the question", () => {
    expect(() => filled("{quesiton}")).toThrow(BadPrompt);
    expect(() => filled("Solve it.")).toThrow(/lacks \{question\}/);
  });
});
