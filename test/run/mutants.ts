/** A change of the program that breaks one of its promises: whoever says that the promise is tested must see it. */
export interface Mutant {
  readonly what: string;
  /** Ends the URL of the file that is changed. */
  readonly file: string;
  /** Stands in it exactly once. */
  readonly from: string;
  readonly to: string;
}

/** By name. Loaded into a process by mutate.ts. */
export const mutants: Readonly<Record<string, Mutant>> = {
  "lost-is-free": {
    what: "a try whose owner died gives its reservation back, though nobody knows whether it was billed",
    file: "src/run/journal-ledger.ts",
    from: `const bill: Bill = { billing: "lost", amounts: one.held };
        this.#books.close(`,
    to: `const bill: Bill = { billing: "free", amounts: noAmounts };
        this.#books.close(`,
  },
  "answer-before-durable": {
    what: "an answer is handed over at once and written a little later: what follows from it may be asked, and paid, first",
    file: "src/run/journal-ledger.ts",
    from: `      this.#noteAnswer(one.key, this.#lines + 1);
      const hash = hashOf(one.key);
      const line = this.#lines + 1;
      this.#write(
        [answerLine(event, answer), ...notes],
        () => {
          this.#index.add(hash, line);
          this.#land(flight, answer);
          resolve(answer);
        },
        reject,
      );`,
    to: `      const hash = hashOf(one.key);
      resolve(answer);
      setTimeout(() => {
        const line = this.#lines + 1;
        this.#noteAnswer(one.key, line);
        this.#write(
          [answerLine(event, answer), ...notes],
          () => {
            this.#index.add(hash, line);
            this.#land(flight, answer);
          },
          reject,
        );
      }, 30);`,
  },
};
