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
};
