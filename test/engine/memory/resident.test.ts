import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Program } from "../../process/program.js";

test("C36: 100,000 locks come and go, round after round, and the resident set stays flat", async () => {
  const rounds = fileURLToPath(new URL("rounds.js", import.meta.url));
  const { stdout, stderr, code } = await new Program(process.execPath, ["--expose-gc", rounds]).ended;
  expect(code, stderr).toBe(0);
  // The first round also warms the process up.
  const [, second, ...later] = stdout.trim().split("\n").map(Number);
  for (const bytes of later) expect(bytes / second!).toBeLessThan(1.1);
});
