// Scripted estimators of stated errors: a world in which teams pay, and one in which they hardly do.
import { type ScriptedEstimates, scriptedEstimatesExample } from "../../src/simulate/scripted-estimates.ts";

const alone = { perTask: 4, size: 1, rhoWithin: 0 };

/** Errors of their own; samples stand alone. */
export const isolated: ScriptedEstimates = { ...scriptedEstimatesExample, groups: alone };

/** Three agents whose samples share nearly everything, most of it with each other. */
export const alike: ScriptedEstimates = {
  ...scriptedEstimatesExample,
  agents: [
    { name: "eye", skill: { risk: 4, answerTokens: 60 }, bias: 0, rho: 0.97, promptTokens: 80 },
    { name: "rule", skill: { risk: 4.4, answerTokens: 60 }, bias: 0, rho: 0.97, promptTokens: 80 },
    { name: "mind", skill: { risk: 5, answerTokens: 60 }, bias: 0, rho: 0.97, promptTokens: 80 },
  ],
  common: 0.98,
  groups: alone,
};
