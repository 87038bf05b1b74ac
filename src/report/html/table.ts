import type { Kind } from "../../organizations/organization.ts";
import type { Row, Table } from "../document.ts";
import { markShape } from "../figures/canvas.ts";
import { escapeHtml } from "./escape.ts";

/** How names are written. */
export interface Prose {
  /** Escaped text in which names do not break. */
  prose(text: string): string;
}

/** \`tokens_in\` in our own sentences is set as code, and a command that begins one. */
export function code(text: string): string {
  return escapeHtml(text)
    .replace(/^quorate [^:]*/, "<code>$&</code>")
    .replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** A table that scrolls, or stacks its cells, where the screen is narrow. */
export function tableHtml({ columns, rows }: Table, name: string, kind: "big" | "stack" | "", context: Prose): string {
  const number = (i: number) => (columns[i]?.as === "number" ? "n" : "");
  const head = columns
    .map((column, i) => `<th scope="col"${number(i) ? ' class="n"' : ""}>${context.prose(column.name)}</th>`)
    .join("");
  const body = rows.map((row) => {
    const [first = "", ...rest] = row.cells;
    const cells = rest.map((cell, i) => {
      const column = columns[i + 1]!;
      if (column.as === "status")
        return `<td class="pilled"><span class="pill ${cell.replaceAll(" ", "-")}">${escapeHtml(cell)}</span></td>`;
      const shown = column.as === "code" && cell !== "–" ? `<code>${escapeHtml(cell)}</code>` : context.prose(cell);
      const names = [number(i + 1), cell === "–" ? "none" : ""].filter(Boolean).join(" ");
      return `<td${names ? ` class="${names}"` : ""}${kind === "stack" ? ` data-name="${escapeHtml(column.name)}"` : ""}>${shown}</td>`;
    });
    return `<tr${row.strong ? ' class="strong"' : ""}>${rowHead(first, row, context)}${cells.join("")}</tr>`;
  });
  return `<div class="table scroll" role="region" aria-label="${escapeHtml(name)}" tabindex="0"><table${kind ? ` class="${kind}"` : ""}><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function rowHead(text: string, { kind, code: id }: Row, { prose }: Prose): string {
  return `<th scope="row"${kind ? ' class="marked"' : ""}>${kind ? icon(kind) : ""}${prose(text)}${id ? `<code class="id">${escapeHtml(id)}</code>` : ""}</th>`;
}

function icon(kind: Kind): string {
  return `<b class="mark k-${kind}"><svg width="13" height="13" viewBox="0 0 14 14" aria-hidden="true">${markShape(kind, 7, 7, 4.4, "measured")}</svg></b>`;
}
