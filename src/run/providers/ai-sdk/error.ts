import type { CallFailed } from "../../call.ts";
import { errorWords, shorten, verdictOf } from "../http/failure.ts";
import { readLimitHeaders } from "../http/limit-headers.ts";
import { isRecord } from "../openai/dialect.ts";
import { parseRecord } from "../openai/reading.ts";

/** No connection was made: the request never left. */
const neverLeft =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|CERT_.*|DEPTH_ZERO.*|SELF_SIGNED.*|UNABLE_TO_.*)$/;

/** What the SDK's own errors mean that are thrown before anything is sent. */
const before: Readonly<Record<string, CallFailed["trouble"]>> = {
  AI_LoadAPIKeyError: "unauthorized",
  AI_LoadSettingError: "unauthorized",
  AI_InvalidPromptError: "rejected",
  AI_InvalidArgumentError: "rejected",
  AI_UnsupportedFunctionalityError: "rejected",
  AI_NoSuchModelError: "not-found",
};

/** An error that a model threw, as a result: by its shape, since several copies of the SDK may be installed. */
export function failureOf(error: unknown, wallMs: number): Omit<CallFailed, "ms"> {
  const said = isRecord(error) ? error : {};
  const name = error instanceof Error ? error.name : String(said["name"] ?? "");
  const message = shorten(error instanceof Error ? error.message : String(error));
  const known = before[name];
  if (known !== undefined) return { kind: "failed", trouble: known, message, billing: "free", retryable: false };
  const status = said["statusCode"];
  if (typeof status === "number" && status >= 300) return refusal(status, said, message, wallMs);
  const failed = { kind: "failed", message } as const;
  const code = codeOf(error);
  if (neverLeft.test(code)) {
    const retryable = !/^(ERR_TLS|CERT|DEPTH|SELF|UNABLE)/.test(code);
    return { ...failed, trouble: "unreachable", billing: "free", retryable };
  }
  if (/^(ECONNRESET|EPIPE|ETIMEDOUT|UND_ERR_SOCKET)$/.test(code))
    return { ...failed, trouble: "reset", billing: "lost", retryable: true };
  // 200 with a body that is none, or an error of which nothing is known: the request may have been worked on.
  const isMalformed =
    status !== undefined || /JSONParse|TypeValidation|InvalidResponse|EmptyResponse|NoContent/.test(name);
  return { ...failed, trouble: isMalformed ? "malformed" : "reset", billing: "lost", retryable: true };
}

function refusal(
  status: number,
  said: Readonly<Record<string, unknown>>,
  message: string,
  wallMs: number,
): Omit<CallFailed, "ms"> {
  const body =
    typeof said["responseBody"] === "string" ? (parseRecord(said["responseBody"]) ?? said["responseBody"]) : {};
  const words = errorWords(said["data"] ?? body);
  const verdict = verdictOf(status, { ...words, message: words.message === "" ? message : words.message }, false);
  const headers = isRecord(said["responseHeaders"]) ? said["responseHeaders"] : {};
  const { limits, retryAfterMs } = readLimitHeaders(
    Object.entries(headers).flatMap(([header, value]) => (typeof value === "string" ? [header, value] : [])),
    wallMs,
  );
  return {
    kind: "failed",
    ...verdict,
    message: `${status} ${message}`,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(limits && { limits }),
  };
}

/** The system's word for what went wrong, however deep it is wrapped. */
function codeOf(error: unknown): string {
  for (let at: unknown = error, depth = 0; isRecord(at) && depth < 5; at = at["cause"], depth++) {
    if (typeof at["code"] === "string") return at["code"];
    const [first] = at instanceof AggregateError ? at.errors : [];
    if (isRecord(first) && typeof first["code"] === "string") return first["code"];
  }
  return "";
}
