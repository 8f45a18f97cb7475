/** Prints rows as an aligned table. */
export function printTable(title: string, rows: readonly Record<string, string | number>[]): void {
  const heads = Object.keys(rows[0] ?? {});
  const lines = [heads, ...rows.map((row) => heads.map((head) => format(row[head])))];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  console.log(`\n${title}`);
  for (const line of lines) {
    console.log(line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "));
  }
}

/** The same rows as a table of Markdown. */
export function markdownTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const heads = Object.keys(rows[0] ?? {});
  const rule = heads.map((head) => (typeof rows[0]?.[head] === "number" ? "---:" : "---"));
  const lines = [heads, rule, ...rows.map((row) => heads.map((head) => format(row[head])))];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function format(cell: string | number | undefined): string {
  if (typeof cell !== "number") return cell ?? "";
  return Number.isInteger(cell) || Math.abs(cell) >= 100
    ? Math.round(cell).toLocaleString("en")
    : cell.toPrecision(3);
}

/** The value below which this share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}
