import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Program } from "../../process/program.js";

test("C36: 100,000 locks come and go, round after round, and the resident set stays flat", async () => {
  const rounds = fileURLToPath(new URL("rounds.js", import.meta.url));
  // Collected by one thread, so that the machine's load has no part in it.
  const flags = ["--expose-gc", "--single-threaded-gc"];
  const { stdout, stderr, code } = await new Program(process.execPath, [...flags, rounds]).ended;
  expect(code, stderr).toBe(0);
  const bytes = stdout.trim().split("\n").map(Number);
  // The first rounds also warm the process up.
  expect(mean(bytes.slice(-4)) / mean(bytes.slice(2, 6))).toBeLessThan(1.1);
});

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
