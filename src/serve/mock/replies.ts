import type { TokenCounts } from "../../trace/event.ts";
import type { Ask, Refusal } from "./ask.ts";
import type { Spoken } from "./speaker.ts";
import { tokenEnds } from "./tokens.ts";

/** A reply in the words of its protocol, ready to be sent. */
export interface Written {
  /** Not streamed: the whole body. */
  body(usage: boolean): string;
  /** Streamed: events in order. */
  events(usage: boolean): readonly StreamEvent[];
}

/** One server-sent event with its blank line. */
export interface StreamEvent {
  readonly text: string;
  /** When it leaves: opening with the first token, then as the visible text is produced, closing at the end. */
  readonly when: "opening" | "closing" | { readonly share: number };
  /** True where a stutter of the stream sends it twice. */
  readonly stutters: boolean;
}

/** Of the whole reply. */
export interface Heading {
  /** Deterministic: from the identity. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly tokens: TokenCounts;
}

/** Writes answers (one per choice) in the protocol of the request. */
export function writeReply(ask: Ask, answers: readonly Spoken[], heading: Heading): Written {
  return ask.protocol === "chat" ? writeChat(ask, answers, heading) : writeResponses(ask, answers[0]!, heading);
}

function writeChat(ask: Ask, answers: readonly Spoken[], { id, created, tokens }: Heading): Written {
  const model = JSON.stringify(ask.model);
  const usageText = `{"prompt_tokens":${tokens.tokensIn},"completion_tokens":${tokens.tokensOut},"total_tokens":${tokens.tokensIn + tokens.tokensOut},"prompt_tokens_details":{"cached_tokens":${tokens.tokensInCached},"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":${tokens.tokensReasoning},"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}`;
  const head = `{"id":"chatcmpl-${id}","object":"`;
  const model_ = `","created":${created},"model":${model},"system_fingerprint":"fp_mock","choices":[`;
  const finishOf = ({ finish }: Spoken) => (finish === "refused" ? "content_filter" : finish);
  const logprobsOf = (answer: Spoken) =>
    ask.logprobs ? JSON.stringify({ content: tokenLogprobs(answer), refusal: null }) : "null";
  return {
    body(usage) {
      const choices = answers.map(
        (answer, i) =>
          `{"index":${i},"message":{"role":"assistant","content":${JSON.stringify(answer.text)},"refusal":null,"annotations":[]},"logprobs":${logprobsOf(answer)},"finish_reason":"${finishOf(answer)}"}`,
      );
      return `${head}chat.completion${model_}${choices.join(",")}]${usage ? `,"usage":${usageText}` : ""},"service_tier":"default"}`;
    },
    events(usage) {
      const wanted = ask.includeUsage && usage;
      const chunk = (inner: string, tail = wanted ? `],"usage":null}` : "]}") =>
        `data: ${head}chat.completion.chunk${model_}${inner}${tail}\n\n`;
      const events: StreamEvent[] = [];
      for (const [i, answer] of answers.entries()) {
        const delta = (inner: string, finish: string, logprobs = "null") =>
          chunk(`{"index":${i},"delta":{${inner}},"logprobs":${logprobs},"finish_reason":${finish}}`);
        events.push({
          text: delta(`"role":"assistant","content":"","refusal":null`, "null"),
          when: "opening",
          stutters: true,
        });
        const pieces = piecesOf(answer.text);
        const logprobs = ask.logprobs ? tokenLogprobs(answer) : undefined;
        for (const [at, piece] of pieces.entries())
          events.push({
            text: delta(
              `"content":${JSON.stringify(piece)}`,
              "null",
              logprobs && at === pieces.length - 1 ? JSON.stringify({ content: logprobs, refusal: null }) : "null",
            ),
            when: { share: (at + 1) / pieces.length },
            stutters: false,
          });
        events.push({ text: delta("", `"${finishOf(answer)}"`), when: "closing", stutters: true });
      }
      if (wanted) events.push({ text: chunk("", `],"usage":${usageText}}`), when: "closing", stutters: true });
      events.push({ text: "data: [DONE]\n\n", when: "closing", stutters: true });
      return events;
    },
  };
}

function writeResponses(ask: Ask, answer: Spoken, { id, created, tokens }: Heading): Written {
  const complete = answer.finish === "stop";
  const usageOf = (usage: boolean) =>
    usage
      ? {
          input_tokens: tokens.tokensIn,
          input_tokens_details: { cached_tokens: tokens.tokensInCached },
          output_tokens: tokens.tokensOut,
          output_tokens_details: { reasoning_tokens: tokens.tokensReasoning },
          total_tokens: tokens.tokensIn + tokens.tokensOut,
        }
      : null;
  const logprobs = ask.logprobs ? tokenLogprobs(answer) : [];
  const part = (text: string) => ({
    type: "output_text",
    annotations: [],
    logprobs: text === "" ? [] : logprobs,
    text,
  });
  const item = (status: string, content: readonly unknown[]) => ({
    id: `msg_${id}`,
    type: "message",
    status,
    role: "assistant",
    content,
  });
  const response = (status: string, output: readonly unknown[], usage: unknown) => ({
    id: `resp_${id}`,
    object: "response",
    created_at: created,
    status,
    background: false,
    error: null,
    incomplete_details:
      status === "incomplete" ? { reason: answer.finish === "length" ? "max_output_tokens" : "content_filter" } : null,
    instructions: null,
    max_output_tokens: ask.maxTokens ?? null,
    model: ask.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: ask.effort ?? null, summary: null },
    store: false,
    temperature: ask.temperature ?? 1,
    text: { format: { type: "text" } },
    tool_choice: "auto",
    tools: [],
    top_p: ask.topP ?? 1,
    truncation: "disabled",
    usage,
    user: null,
    metadata: {},
  });
  const status = complete ? "completed" : "incomplete";
  const outputDone = () => [item(status, [part(answer.text)])];
  return {
    body: (usage) => JSON.stringify(response(status, outputDone(), usageOf(usage))),
    events(usage) {
      const events: StreamEvent[] = [];
      const at = { item_id: `msg_${id}`, output_index: 0, content_index: 0 };
      let number = 0;
      const say = (type: string, rest: object, when: StreamEvent["when"], stutters = false) =>
        events.push({
          text: `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...rest })}\n\n`,
          when,
          stutters,
        });
      say("response.created", { response: response("in_progress", [], null) }, "opening", true);
      say("response.in_progress", { response: response("in_progress", [], null) }, "opening", true);
      say("response.output_item.added", { output_index: 0, item: item("in_progress", []) }, "opening");
      say("response.content_part.added", { ...at, part: part("") }, "opening");
      const pieces = piecesOf(answer.text);
      for (const [i, delta] of pieces.entries())
        say("response.output_text.delta", { ...at, delta, logprobs: [] }, { share: (i + 1) / pieces.length });
      say("response.output_text.done", { ...at, text: answer.text, logprobs }, "closing");
      say("response.content_part.done", { ...at, part: part(answer.text) }, "closing");
      say("response.output_item.done", { output_index: 0, item: outputDone()[0] }, "closing");
      say(`response.${status}`, { response: response(status, outputDone(), usageOf(usage)) }, "closing", true);
      return events;
    },
  };
}

/** An error in the words of the big providers. */
export function writeError({ status, code, message, param }: Refusal): string {
  const type =
    status === 429
      ? "rate_limit_error"
      : status === 401
        ? "authentication_error"
        : status >= 500
          ? "server_error"
          : "invalid_request_error";
  return JSON.stringify({ error: { message, type, param: param ?? null, code } });
}

const pieceLength = 24;
const piecesMax = 64;

/** A text in pieces, as a stream brings it: at most so many, no character in two of them. */
function piecesOf(text: string): readonly string[] {
  const length = Math.max(pieceLength, Math.ceil(text.length / piecesMax));
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + length);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last < 0xdc00) to++; // the other half of a pair
    pieces.push(text.slice(from, to));
    from = to;
  }
  return pieces;
}

/** Per token: words are near certain, the answer itself, the last token, is as likely as the script says. */
function tokenLogprobs({ text, logprob = -0.05 }: Spoken) {
  const ends = tokenEnds(text);
  return ends.map((end, i) => {
    const token = text.slice(ends[i - 1] ?? 0, end);
    return {
      token,
      logprob: i === ends.length - 1 ? logprob : -0.001,
      bytes: [...Buffer.from(token)],
      top_logprobs: [],
    };
  });
}
