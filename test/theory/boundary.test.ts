import { describe, expect, it } from "vitest";
import { communicationCost, leafBias, teamThreshold } from "../../src/theory/budget.ts";
import { amplification, organizationExponent } from "../../src/theory/level-map.ts";
import { random } from "../../src/theory/random.ts";
import { treeBias } from "../../src/theory/tree.ts";

const nodes = [3, 5, 9, 25, 101].flatMap((fanIn) =>
  [0.7, 0.9, 1].flatMap((fidelity) => [0, 0.1, 0.4].map((rho) => ({ fanIn, fidelity, rho }))),
);
const pays = nodes.filter((node) => organizationExponent(node) > 0.02);

describe("the boundary s = β, by the exact recursion", () => {
  it("is tried on more than thirty nodes", () => {
    expect(pays.length).toBeGreaterThan(30);
  });

  it.each(pays)("opens a thousandth below s: b = $fanIn, γ = $fidelity, ρ = $rho", (node) => {
    const beta = organizationExponent(node) - 0.001;
    const cost = communicationCost(node.fanIn, 1, 50);
    const threshold = teamThreshold(1, { fanIn: node.fanIn, alpha: amplification(node), beta }, cost);
    const advantage = (budget: number) => {
      const leaf = { scale: 1e-6 * budget ** -beta, beta }; // one agent with all of it has a bias of 1e-6
      return treeBias(leafBias((budget - cost) / node.fanIn, leaf), 1, node) / leafBias(budget, leaf);
    };
    expect(advantage(4 * threshold)).toBeGreaterThan(1);
    expect(advantage(1.01 * threshold)).toBeGreaterThan(1);
    expect(advantage(0.99 * threshold)).toBeLessThan(1);
  });

  it.each(pays)("is shut a thousandth above: b = $fanIn, γ = $fidelity, ρ = $rho", (node) => {
    const beta = organizationExponent(node) + 0.001;
    const next = random("shut", node.fanIn, node.fidelity, node.rho);
    for (let budget = 10; budget < 1e15; budget *= 3 + 7 * next())
      for (const single of [1e-9, 1e-3, 0.3, 1]) {
        const leaf = { scale: single * budget ** -beta, beta };
        for (let layers = 1; layers <= 30; layers++) {
          // even with messages that cost nothing
          const team = treeBias(leafBias(budget / node.fanIn ** layers, leaf), layers, node);
          expect(team).toBeLessThan(leafBias(budget, leaf));
        }
      }
  });
});
