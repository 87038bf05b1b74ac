// What keeps a run from beginning: all of it is told before the first call.
import { KnownError } from "../errors.ts";
import { nearest } from "../organizations/cast.ts";

/** A run needs a team, a budget or a directory, and none was given. */
export class RunIncomplete extends KnownError {
  readonly code = "run-incomplete";
  constructor(what: string, remedy: string) {
    super(`A run needs ${what}.`, remedy);
  }
}

/** A budget of nothing, or below what a single call can cost. Nothing was asked. */
export class BudgetTooSmall extends KnownError {
  readonly code = "budget-too-small";
  constructor(scope: string, unit: string, cap: string, needed: string) {
    super(
      `The budget of ${scope} is ${cap}, and a single call may cost ${needed} ${unit}.`,
      "Raise the budget, or let answers be shorter with --max-tokens: a call is made only where its most fits.",
    );
  }
}

/** Answers are to be graded, and tasks have no gold answer. Nothing was asked. */
export class GoldMissing extends KnownError {
  readonly code = "gold-missing";
  constructor(tasks: number, of: number, example: string) {
    super(
      `${tasks === of ? "No task has" : `${tasks} of ${of} tasks have no`} gold answer, "${example}" for one, and answers are to be graded.`,
      "Add the field gold to every task, or leave out --grade: answers without gold are then given ungraded.",
    );
  }
}

/** The config has several providers, and an agent says at none of them it is. */
export class NoProviderNamed extends KnownError {
  readonly code = "no-provider-named";
  constructor(agent: string, providers: readonly string[]) {
    super(
      `The config has ${providers.length} providers, and agent "${agent}" does not say which of them has it.`,
      `Add provider: "${providers[0]}" to the agent, or several in the order of preference: ${JSON.stringify(providers)}.`,
    );
  }
}

/** An agent is said to be at a provider that the config does not have. */
export class UnknownProvider extends KnownError {
  readonly code = "unknown-provider";
  constructor(agent: string, provider: string, known: readonly string[]) {
    const alike = nearest(provider, known);
    super(
      `Agent "${agent}" is at the provider "${provider}", which the config does not have.`,
      `${alike === undefined ? "" : `Did you mean "${alike}"? `}Known are ${known.length > 0 ? known.join(", ") : "none"}: add it under providers.`,
    );
  }
}

/** The upstream does not have a model, cannot be reached, or wants another key: asked before anything is paid. */
export class UpstreamRefuses extends KnownError {
  readonly code = "upstream-refuses";
  constructor(provider: string, happened: string, remedy: string) {
    super(`Provider "${provider}": ${happened}`, remedy);
  }
}

/** The model is not among those that the upstream offers. Nothing was paid. */
export class UnknownModel extends KnownError {
  readonly code = "unknown-model";
  constructor(model: string, providers: readonly string[], offered: readonly string[]) {
    const alike = nearest(model, offered);
    const some = `${offered.slice(0, 8).join(", ")}${offered.length > 8 ? " …" : ""}`;
    super(
      `There is no model "${model}" at ${providers.map((name) => `"${name}"`).join(" or ")}.`,
      `${alike === undefined ? "" : `Did you mean "${alike}"? `}${offered.length > 0 ? `Offered are ${some}. ` : ""}An agent of another name states its model in the config.`,
    );
  }
}

/** A weighted vote needs weights, and nobody said where from. Nothing was asked. */
export class WeightsMissing extends KnownError {
  readonly code = "weights-missing";
  constructor(team: string) {
    super(
      `"${team}" weighs its votes, and no weights are known.`,
      "Give graded answers of its agents with --calibrate-on, or use the rule plurality.",
    );
  }
}
