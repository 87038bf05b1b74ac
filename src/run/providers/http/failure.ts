import type { CallFailed, Trouble } from "../../call.ts";
import type { Exchange } from "./connections.ts";

/** What an upstream says of an error, as far as it can be found in what it sent. */
export interface ErrorWords {
  readonly message: string;
  /** `code` and `type`, as the upstream names them. */
  readonly code: string;
  readonly type: string;
  /** The field it complains about. */
  readonly param: string;
}

type Verdict = Pick<CallFailed, "trouble" | "billing" | "retryable">;

/**
 * What a status without an answer means, and whether it can have been billed. 4xx and 429 are refused before any work. A 5xx
 * may come after the work was done: lost, unless the user knows that this upstream never bills them.
 */
export function verdictOf(status: number, words: ErrorWords, serverErrorsAreFree: boolean): Verdict {
  const said = `${words.code} ${words.type} ${words.message}`;
  const free = (trouble: Trouble, retryable: boolean): Verdict => ({ trouble, billing: "free", retryable });
  if (status === 402 || ((status === 429 || status === 403) && isExhausted(said))) return free("exhausted", false);
  if (status === 429) return free("throttled", true);
  if (status === 401 || status === 403) return free("unauthorized", false);
  if (status === 404 || status === 410) return free("not-found", false);
  if (status === 413 || (status < 500 && isTooLong(said))) return free("too-large", false);
  // The gateway gave up waiting, or thinks that we did: the model may have worked.
  if (status === 408 || status === 499) return { trouble: "timeout", billing: "lost", retryable: true };
  if (status < 500) return free("rejected", status === 409 || status === 425);
  const billing = serverErrorsAreFree ? "free" : "lost";
  if (status === 504 || status === 524) return { trouble: "timeout", billing, retryable: true };
  const trouble = isOverload(status, said) ? "throttled" : "server-error";
  return { trouble, billing, retryable: status !== 501 && status !== 505 };
}

/** What an error object inside an answer means: work had begun, so it is lost whatever it says. */
export function verdictOfWords(words: ErrorWords): Verdict {
  const said = `${words.code} ${words.type} ${words.message}`;
  const status = /^[45]\d\d$/.test(words.code) ? Number(words.code) : undefined;
  if (status !== undefined) return { ...verdictOf(status, words, false), billing: "lost" };
  const lost = (trouble: Trouble, retryable: boolean): Verdict => ({ trouble, billing: "lost", retryable });
  if (isExhausted(said)) return lost("exhausted", false);
  if (/rate.?limit/i.test(said) || isOverload(500, said)) return lost("throttled", true);
  if (isTooLong(said)) return lost("too-large", false);
  if (/invalid_request/i.test(said)) return lost("rejected", false);
  return lost("server-error", true);
}

function isExhausted(said: string): boolean {
  return /insufficient.?(quota|credit|balance|funds)|exceeded your current quota|billing.?(hard|not)|credit balance/i.test(
    said,
  );
}

function isTooLong(said: string): boolean {
  return /context.?length|context window|maximum context|prompt is too long|too many tokens|string_above_max/i.test(
    said,
  );
}

function isOverload(status: number, said: string): boolean {
  return status === 529 || /overload|at capacity|too many requests|rate.?limit|slow.?down/i.test(said);
}

/**
 * The error in a body: OpenAI's `{error: {message, type, code, param}}`, `{error: "text"}`, `{message}`, `{detail}`, or the
 * text itself.
 */
export function errorWords(body: unknown): ErrorWords {
  if (typeof body === "string") return { message: shorten(body), code: "", type: "", param: "" };
  const whole = fieldsOf(body);
  const error = whole["error"] ?? whole["errors"] ?? whole;
  const inner = fieldsOf(Array.isArray(error) ? error[0] : error);
  const message = inner["message"] ?? inner["detail"] ?? inner["msg"] ?? whole["message"] ?? whole["detail"] ?? error;
  return {
    message: shorten(typeof message === "string" ? message : (JSON.stringify(message) ?? "")),
    code: textOf(inner["code"] ?? whole["code"]),
    type: textOf(inner["type"] ?? whole["type"]),
    param: textOf(inner["param"]),
  };
}

/** Words for people: one line, no control characters, nothing that looks like a key. */
export function shorten(text: string, most = 300): string {
  const line = text
    .slice(0, 4 * most)
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replaceAll(/\b(sk|pk|key|Bearer)[-_ ][\w-]{12,}/gi, "$1-…")
    .trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
}

/** Why an exchange ended before there was an answer. What happened before the request left cannot have been billed. */
export function brokenVerdict(exchange: Exchange): Verdict & { readonly message: string } {
  const { broken, sent } = exchange;
  const billing = sent ? "lost" : "free";
  if (broken === undefined) return { trouble: "malformed", billing, retryable: true, message: "an empty answer" };
  if (broken.kind === "aborted") return { trouble: "aborted", billing, retryable: false, message: "called off" };
  if (broken.kind === "timeout")
    return {
      trouble: "timeout",
      billing,
      retryable: true,
      message: sent
        ? `no ${exchange.firstMs === undefined ? "" : "complete "}answer within ${Math.round(exchange.ms)} ms`
        : `no connection within ${Math.round(exchange.ms)} ms`,
    };
  if (broken.kind === "body-too-large")
    return {
      trouble: "too-large",
      billing,
      retryable: false,
      message: `the answer is longer than ${exchange.sending.bodyBytesMax} bytes`,
    };
  if (broken.kind !== "error") return { trouble: "malformed", billing, retryable: true, message: "not an answer" };

  const { error } = broken;
  const code = error.code ?? "";
  const message = shorten(`${code === "" ? "" : `${code}: `}${reasonOf(error)}`);
  if (code === "UND_ERR_INVALID_ARG") return { trouble: "rejected", billing, retryable: false, message };
  if (!sent) return { trouble: "unreachable", billing, retryable: !isLasting(code), message };
  const isReset = /^(ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT|UND_ERR_SOCKET|UND_ERR_DESTROYED|UND_ERR_CLOSED)$/.test(
    code,
  );
  // An answer that ends too early by the upstream's own doing is none; a connection that breaks is a reset.
  const isCutOff = code === "UND_ERR_SOCKET" && exchange.status > 0 && /other side closed/.test(error.message);
  if (isReset && !isCutOff) return { trouble: "reset", billing, retryable: true, message };
  return { trouble: "malformed", billing, retryable: true, message };
}

/** Several addresses were tried: what the first of them said. */
function reasonOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [];
  return first?.message ?? error.message;
}

/** Certificates and protocols do not mend themselves between two tries. */
function isLasting(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/.test(code);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 100) : "";
}
