import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../../theory/random.ts";
import { dawidSkene, type TaskVotes } from "./dawid-skene.ts";

/** One sample of each agent: texts of one letter per agent, "." for no answer. */
function votes(...tasks: string[]): TaskVotes[] {
  return tasks.map((text) => {
    const letters = [...new Set(text.replaceAll(".", ""))];
    const agent = [...text].flatMap((letter, j) => (letter === "." ? [] : [j]));
    return {
      agent,
      option: agent.map((j) => letters.indexOf(text[j]!)),
      share: agent.map(() => 1),
      options: letters.length,
    };
  });
}

const anyVotes = fc
  .array(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 4, maxLength: 4 }), { minLength: 2, maxLength: 20 })
  .map((tasks) => votes(...tasks.map((letters) => letters.join(""))));

/** Agents of these accuracies, independent given the task, wrong answers among `wrong` others. */
function simulated(accuracies: readonly number[], tasks: number, wrong: number, seed: number): TaskVotes[] {
  const next = random(seed, "votes");
  return votes(
    ...Array.from({ length: tasks }, () =>
      accuracies.map((p) => (next() < p ? "r" : String.fromCharCode(97 + Math.floor(next() * wrong)))).join(""),
    ),
  );
}

describe("dawidSkene", () => {
  it("gives shares that sum to 1, and accuracies strictly between 0 and 1", () => {
    fc.assert(
      fc.property(anyVotes, (tasks) => {
        const { accuracies, posteriors, wrongAgreement } = dawidSkene(tasks, 4);
        for (const p of accuracies) expect(p > 0 && p < 1).toBe(true);
        expect(wrongAgreement > 0 && wrongAgreement < 1).toBe(true);
        for (const posterior of posteriors) expect(posterior.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 10);
      }),
    );
  });

  it("finds the accuracies of independent agents within their noise", () => {
    const truth = [0.9, 0.8, 0.7, 0.6, 0.5, 0.45];
    const { accuracies } = dawidSkene(simulated(truth, 2000, 5, 1), truth.length);
    accuracies.forEach((p, j) => {
      expect(p).toBeGreaterThan(truth[j]! - 0.04);
      expect(p).toBeLessThan(truth[j]! + 0.04);
    });
  });

  it("believes two agents that are usually right before three that are usually wrong", () => {
    const tasks = simulated([0.95, 0.95, 0.4, 0.4, 0.4], 400, 3, 2);
    const disputed: TaskVotes = { agent: [0, 1, 2, 3, 4], option: [0, 0, 1, 1, 1], share: [1, 1, 1, 1, 1], options: 2 };
    const { posteriors } = dawidSkene([...tasks, disputed], 5);
    expect(posteriors.at(-1)![0]).toBeGreaterThan(0.9);
  });

  it("does not turn round where most agents are mostly wrong: no answer is evidence against itself", () => {
    for (let seed = 0; seed < 20; seed++) {
      const tasks = simulated([0.7, 0.4, 0.3, 0.25, 0.2, 0.2], 30, 9, seed);
      const { accuracies } = dawidSkene(tasks, 6);
      expect(accuracies[0]).toBeGreaterThan(accuracies[5]!);
    }
  });

  it("depends neither on the order of agents nor on that of tasks", () => {
    fc.assert(
      fc.property(anyVotes, (tasks) => {
        const plain = dawidSkene(tasks, 4).accuracies;
        const turned = tasks.map((task) => ({ ...task, agent: task.agent.map((j) => 3 - j) })).reverse();
        dawidSkene(turned, 4).accuracies.forEach((p, j) => {
          expect(p).toBeCloseTo(plain[3 - j]!, 5);
        });
      }),
    );
  });

  it("counts a task twice where a bootstrap drew it twice", () => {
    const tasks = votes("aab", "abb", "aac", "bcb");
    const twice = dawidSkene(tasks, 3, { times: Float64Array.of(2, 1, 0, 1) });
    const listed = dawidSkene([tasks[0]!, tasks[0]!, tasks[1]!, tasks[3]!], 3);
    twice.accuracies.forEach((p, j) => {
      expect(p).toBeCloseTo(listed.accuracies[j]!, 8);
    });
  });

  it("refuses agents and options that are none", () => {
    expect(() => dawidSkene(votes("ab"), 1)).toThrow("agent = 1");
    expect(() => dawidSkene([{ agent: [0], option: [3], share: [1], options: 2 }], 1)).toThrow("option = 3");
  });
});
