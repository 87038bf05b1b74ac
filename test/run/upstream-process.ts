import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { MockOptions } from "../../src/serve/mock/server.ts";
import type { FromUpstream, Logged, ToUpstream, UpstreamBill } from "./logged-upstream.ts";

/** The mock in a process of its own, with a log of all that arrived: see logged-upstream.ts. */
export class UpstreamProcess {
  private readonly child: ChildProcess;
  private readonly waiting: ((message: FromUpstream) => void)[] = [];
  /** Called at the first request after a question for the log. */
  onFirst: () => void = () => {};

  private constructor(child: ChildProcess) {
    this.child = child;
    child.on("message", (message: FromUpstream) => {
      if (message.tell === "first") this.onFirst();
      else this.waiting.shift()?.(message);
    });
  }

  static async start(): Promise<UpstreamProcess> {
    const child = fork(join(import.meta.dirname, "logged-upstream.ts"), { execArgv: [] });
    const upstream = new UpstreamProcess(child);
    await new Promise<void>((resolve, reject) => {
      upstream.waiting.push(() => resolve());
      child.once("exit", (code) => reject(new Error(`The upstream ended with code ${code}.`)));
    });
    return upstream;
  }

  /** Starts a mock in the place of the one before. @returns its base URL */
  async begin(options: MockOptions): Promise<string> {
    return ((await this.ask({ ask: "start", options })) as Extract<FromUpstream, { tell: "start" }>).url;
  }

  /** Requests since the last such question, once every connection of the caller is gone. */
  async since(): Promise<readonly Logged[]> {
    return ((await this.ask({ ask: "since" })) as Extract<FromUpstream, { tell: "since" }>).log;
  }

  async bill(): Promise<UpstreamBill> {
    return ((await this.ask({ ask: "bill" })) as Extract<FromUpstream, { tell: "bill" }>).bill;
  }

  close(): void {
    this.child.disconnect();
  }

  private ask(question: ToUpstream): Promise<FromUpstream> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.child.send(question);
    });
  }
}
