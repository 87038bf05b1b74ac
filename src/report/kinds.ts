import type { Kind } from "../organizations/organization.ts";

/** How a kind of team is drawn and named: color never carries the meaning alone. */
export interface KindLook {
  readonly mark: string;
  /** As a thing: "a cascade". */
  readonly one: string;
  /** The verb after `one`. */
  readonly is: "is" | "are";
  /** In a list or beside a line. */
  readonly many: string;
  /** On a segment of the budget. */
  readonly short: string;
}

export const kinds: Readonly<Record<Kind, KindLook>> = {
  single: { mark: "●", one: "one agent", is: "is", many: "single agents", short: "one agent" },
  repeated: { mark: "◉", one: "repeats of one agent", is: "are", many: "repeats of one agent", short: "repeats" },
  panel: { mark: "■", one: "a panel", is: "is", many: "panels", short: "panel" },
  cascade: { mark: "◆", one: "a cascade", is: "is", many: "cascades", short: "cascade" },
  tree: { mark: "▲", one: "a tree", is: "is", many: "trees", short: "tree" },
};

/** All kinds in the order of every figure and list. */
export const kindOrder: readonly Kind[] = ["single", "repeated", "panel", "cascade", "tree"];
