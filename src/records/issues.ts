import type { z } from "zod";

/** What a schema found wrong, one text per field: `agents.a.promptTokens: expected number, received string`. */
export function issuesOf(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.map(String).join(".") || "the whole"}: ${message}`);
}
