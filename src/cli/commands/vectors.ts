import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { KnownError } from "../../errors.ts";
import { printJson } from "../print.ts";
import { type Replayed, replayVectors } from "../vectors/replay-vectors.ts";
import type { Verb } from "./command.ts";

/** A vector file could not be read or is not JSON. */
class UnreadableVectors extends KnownError {
  readonly code = "unreadable-vectors";
  constructor(path: string, cause: unknown) {
    super(
      `${path} could not be read as JSON: ${cause instanceof Error ? cause.message : String(cause)}.`,
      "Pass a golden-vector file: a JSON document with `format` and `vectors`.",
      { cause },
    );
  }
}

export const vectors: Verb = {
  summary: "replay a file of golden vectors of the theory and report failures by id",
  example: "npm exec quorate -- vectors src/theory/golden/theory.json",
  build: (command, context) =>
    command
      .argument("<file>", "golden vectors, JSON")
      .option("--data <folder>", "public sets, for vectors that read one; no function of this release does")
      .action(async (file: string, { json }: { json?: boolean }) => {
        const document = await readFile(resolve(context.cwd, file), "utf8")
          .then((text): unknown => JSON.parse(text.replace(/^\ufeff/, "")))
          .catch((error) => {
            throw new UnreadableVectors(file, error);
          });
        const result = replayVectors(document);
        if (!json) {
          for (const id of result.failures) context.stdout.write(`failed: ${id}\n`);
          context.stdout.write(`${result.passed} passed, ${result.failed} failed\n`);
        }
        if (result.failed > 0) throw new VectorsFailed(result);
        if (json) printJson(context, result);
      }),
};

/** Some vectors did not come out as stated. */
class VectorsFailed extends KnownError {
  readonly code = "vectors-failed";
  override readonly exitCode = 1;
  override readonly found: Replayed;
  constructor(found: Replayed) {
    const { failed } = found;
    super(
      `${failed === 1 ? "One vector" : `${failed} vectors`} failed.`,
      "Their ids are listed; an unknown function counts as a failure.",
    );
    this.found = found;
  }
}
