// The forecast of cached prompt tokens against what an upstream that caches by blocks counts, over prompts as runs send them.
import { describe, expect, it } from "vitest";
import type { Step } from "../../src/organizations/organization.ts";
import { parseTeam } from "../../src/organizations/parse-team.ts";
import { organizationOf, paramsOf } from "../../src/organizations/team.ts";
import { answerReader } from "../../src/run/answers/answer-reader.ts";
import { cacheForecast } from "../../src/run/prompts/cached-share.ts";
import { messagesOf } from "../../src/run/prompts/messages-of.ts";
import type { Task } from "../../src/run/task.ts";
import { promptCache } from "../../src/serve/mock/cache.ts";
import { random } from "../../src/theory/random.ts";

const words = "the of orbit 3.14 planet mass, therefore because Größe 质量 force (see figure 2) x_1 = 17;\n".split(" ");

/** A text of so many words, drawn. */
function prose(count: number, seed: string): string {
  const draw = random(1, seed);
  return Array.from({ length: count }, () => words[Math.floor(draw() * words.length)]).join(" ");
}

/** All steps of a team on a task, with told texts, in an order in which they could be sent. */
function stepsOf(teamText: string): readonly Step[] {
  const team = parseTeam(teamText);
  const organization = organizationOf(team);
  const params = paramsOf(team, { seed: 1 });
  const ended = new Map();
  const steps: Step[] = [];
  for (;;) {
    const move = organization.next(params, ended);
    if ("answer" in move) return steps;
    for (const step of move.ask.filter(({ id }) => !ended.has(id))) {
      steps.push(step);
      const value = steps.length % 3 === 0 ? "A" : "B";
      ended.set(step.id, { state: "answered", answer: { value, usage: { tokensIn: 1, tokensOut: 1 }, seconds: 1 } });
    }
  }
}

describe("the cached share of prompts", () => {
  it.each([
    ["vote:7@a", 900],
    ["vote:7@a", 2_500],
    ["star:9/m=64@leaf=a,reader=b", 2_000],
    ["tree:3x2/m=256@leaf=a,reader=a", 1_500],
    ["tree:3x2/m=256@leaf=a,reader=a", 3_000],
    ["chain:6/m=128@a", 1_200],
    ["ahead:2/15@a", 800],
  ])("is forecast within 2 points: %s on questions of some %d words", async (team, length) => {
    const reader = await answerReader("choice");
    const forecast = cacheForecast();
    const caches = new Map(["a", "b"].map((name) => [name, promptCache()]));
    const steps = stepsOf(team);
    let [tokens, cached, predicted] = [0, 0, 0];
    for (let number = 0; number < 30; number++) {
      const questionWords = Math.round(length * (0.6 + 0.8 * random(2, `${number}`)()));
      const task: Task = { taskId: `t${number}`, question: prose(questionWords, `q${number}`), choices: ["x", "y"] };
      for (const step of steps) {
        const told = step.reads.map((id) => ({
          step: { id, ...(step.messageTokens && { messageTokens: step.messageTokens }) },
          text: prose(40, `${number} ${id}`),
        }));
        const messages = messagesOf(step, task, told, { reader });
        const share = forecast.send(step.agent, messages);
        const counted = caches.get(step.agent)!.count(messages, JSON.stringify(messages));
        forecast.learn(step.agent, messages, counted.tokens);
        tokens += counted.tokens;
        cached += counted.cached;
        predicted += share * counted.tokens;
      }
    }
    expect(cached / tokens).toBeGreaterThan(0.1);
    expect(Math.abs(predicted - cached) / tokens).toBeLessThan(0.02);
  });
});
