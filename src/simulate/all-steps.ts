import type { Ended, Organization, Params, Step } from "../organizations/organization.ts";

const answer = { value: "0", usage: { tokensIn: 0, tokensOut: 0 }, seconds: 0 };

/** All steps of a team where every one of them is answered, in the order in which they are asked. */
export function allSteps(organization: Organization, params: Params): readonly Step[] {
  const ended = new Map<string, Ended>();
  const steps: Step[] = [];
  for (;;) {
    const move = organization.next(params, ended);
    if ("answer" in move) return steps;
    for (const step of move.ask) {
      if (ended.has(step.id)) continue;
      ended.set(step.id, { state: "answered", answer });
      steps.push(step);
    }
  }
}
