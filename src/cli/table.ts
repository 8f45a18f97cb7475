import { printable } from "./escape.js";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
// What a terminal shows two columns wide: East Asian scripts, full-width forms, emoji.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Columns that a text takes on a terminal. */
function width(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

/** Lines of aligned columns under a heading. A column that is empty in all rows is left out. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = heading.map((_, column) => rows.some((row) => row[column] !== ""));
  return aligned([heading, ...rows].map((row) => row.filter((_, column) => shown[column])));
}

/** Lines of aligned columns, made safe to print. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of safe) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  return safe.map((row) => line(row, widths)).join("\n");
}

function line(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)))
    .join("  ")
    .trimEnd();
}
