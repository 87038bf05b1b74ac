import { KnownError } from "../../errors.ts";
import { nearest } from "../../organizations/cast.ts";

/** The config names a kind of provider that does not exist. */
export class UnknownProviderKind extends KnownError {
  readonly code = "unknown-provider-kind";
  constructor(name: string, kind: string, known: readonly string[]) {
    const alike = nearest(kind, known);
    super(
      `Provider "${name}" has the kind "${kind}", which does not exist.`,
      `${alike === undefined ? "" : `Did you mean "${alike}"? `}The kinds are ${known.join(", ")}.`,
    );
  }
}

/** The entry of a provider in the config cannot be used. Every field that is wrong is named. */
export class BadProvider extends KnownError {
  readonly code = "bad-provider";
  constructor(name: string, problems: readonly string[], example: object) {
    super(`Provider "${name}": ${problems.join("; ")}.`, `An entry that works: ${JSON.stringify(example)}`);
  }
}

/** An upstream needs a key, and the environment variable that should hold it is empty. Nothing was sent. */
export class MissingKey extends KnownError {
  readonly code = "missing-key";
  constructor(name: string, variable: string, url: string) {
    super(
      `Provider "${name}" at ${url} needs a key, and ${variable} is not set.`,
      `export ${variable}=… ; another variable: "keyEnv": "NAME"; an upstream that wants no key: "keyEnv": false.`,
    );
  }
}

/** A secret stands in the config file. It was not used. */
export class KeyInConfig extends KnownError {
  readonly code = "key-in-config";
  constructor(name: string, field: string, remedy: string) {
    super(`Provider "${name}" has a secret in ${field}: config files are shared and committed.`, remedy);
  }
}

/** The module that should give a model cannot be loaded, or gives none. */
export class UnusableModule extends KnownError {
  readonly code = "unusable-module";
  constructor(name: string, module: string, why: string) {
    super(
      `Provider "${name}": ${module} cannot be used: ${why}.`,
      'It must export a model of the AI SDK, or a function that gives one for a name; "export" says under which name.',
    );
  }
}

/** The program that should answer does not exist, or must not be run. */
export class NoSuchProgram extends KnownError {
  readonly code = "no-such-program";
  constructor(name: string, program: string, why: string) {
    super(
      `Provider "${name}": ${program} cannot be run: ${why}.`,
      'Give the path of a program that may be executed, or a name that PATH knows: "command": ["python3", "agent.py"].',
    );
  }
}
