import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median, printTable } from "./table.js";

const HELD = [1_000, 500_000, 1_000_000];
const ROUNDS = 11;

/**
 * The memory engine in process: acquire+release pairs while so many locks are held. Two ways: pairs on other locks
 * than those held, and pairs that release a held lock picked at random and take it again, which meets cold memory.
 * Beside each the same on a bare Map with the same names: set and delete. One process for each number of locks; they
 * take turns, and the ratios are medians over the turns, so that the machine's moods fall on all alike.
 */
export async function benchEngine(): Promise<void> {
  const path = fileURLToPath(new URL("engine-child.js", import.meta.url));
  const children = HELD.map((count) => fork(path, [String(count)]));
  await Promise.all(children.map((child) => once(child, "message")));
  await report(children, "on other locks", "others");
  await report(children, "on the held ones, at random", "held");
  for (const child of children) child.kill();
}

async function report(children: readonly ChildProcess[], where: string, round: string): Promise<void> {
  const engine = await ratesOf(children, round);
  const map = await ratesOf(children, `map ${round}`);
  printTable(
    `engine in process: acquire+release pairs/s ${where}, medians of ${ROUNDS} interleaved rounds`,
    HELD.map((count, i) => ({
      "locks held": count,
      "pairs/s": median(engine[i]!),
      "of the first": ratio(engine[i]!, engine[0]!),
      "of the one above": i === 0 ? "" : ratio(engine[i]!, engine[i - 1]!),
      "bare Map pairs/s": median(map[i]!),
      "Map of the first": ratio(map[i]!, map[0]!),
    })),
  );
}

/** For each child the rates of its rounds; the first round of each only warms it up. */
async function ratesOf(children: readonly ChildProcess[], round: string): Promise<number[][]> {
  const rates = children.map((): number[] => []);
  for (let turn = 0; turn <= ROUNDS; turn++) {
    for (const [i, child] of children.entries()) {
      child.send(round);
      const [rate] = (await once(child, "message")) as [number];
      if (turn > 0) rates[i]?.push(rate);
    }
  }
  return rates;
}

function ratio(rates: readonly number[], others: readonly number[]): number {
  return median(rates.map((rate, i) => rate / others[i]!));
}
