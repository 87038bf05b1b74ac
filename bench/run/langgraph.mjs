// LangGraph.js with its SQLite saver: a graph fans out with one `Send` per step and gathers the answers. durability
// "sync": a step's output is on disk before the next super-step. It holds no budget and reserves nothing.
//
//   FAN_OUT=100: graphs of 100, as many at a time as fill what may be in flight; default: of all that may be
import { join } from "node:path";
import { Annotation, END, Send, START, StateGraph } from "@langchain/langgraph";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { Agent, request } from "undici";
import { candidate } from "./candidate.ts";

await candidate(async ({ url, steps, inFlight, folder }) => {
  const fanOut = Math.min(Number(process.env["FAN_OUT"] ?? inFlight), inFlight, steps);
  const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
  const saver = SqliteSaver.fromConnString(join(folder, "langgraph.sqlite"));
  const State = Annotation.Root({
    first: Annotation(),
    answers: Annotation({ reducer: (all, more) => all.concat(more), default: () => [] }),
  });
  const graph = new StateGraph(State)
    .addNode("ask", async ({ step }) => {
      const { body } = await request(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": `langgraph/${step}` },
        body: JSON.stringify({
          model: "bench",
          max_tokens: 200,
          messages: [{ role: "user", content: `Question ${step}: which of these follows?\nA. one\nB. two\nC. three` }],
        }),
        dispatcher,
      });
      const reply = await body.json();
      return { answers: [{ step, text: reply.choices[0].message.content, usage: reply.usage }] };
    })
    .addConditionalEdges(START, ({ first }) =>
      Array.from({ length: Math.min(fanOut, steps - first) }, (_, i) => new Send("ask", { step: first + i })),
    )
    .addEdge("ask", END)
    .compile({ checkpointer: saver });

  let next = 0;
  let answered = 0;
  const one = async () => {
    while (next < steps) {
      const first = next;
      next += fanOut;
      const config = { configurable: { thread_id: `run/${first}` }, durability: "sync", recursionLimit: 10 };
      const { answers } = await graph.invoke({ first }, config);
      answered += answers.length;
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.floor(inFlight / fanOut)) }, one));
  saver.db.close();
  await dispatcher.close();
  return answered;
});
