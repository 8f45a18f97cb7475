import { expect, test } from "vitest";
import type { Asked } from "./asked.js";
import { refusal, type opener, type World } from "./world.js";

export function listing(open: ReturnType<typeof opener>): void {
  test("all locks in use with the prefix are listed, each once, over pages", async () => {
    const world = await open();
    for (let i = 0; i < 25; i++) await world.hold(`jobs/${i}`);
    await world.hold("job");
    const listed = await listAll(world, "jobs/", 10);
    expect(listed.sort()).toEqual(Array.from({ length: 25 }, (_, i) => `jobs/${i}`).sort());
  });

  test("each lock that is in use throughout is listed exactly once while others come and go", async () => {
    const world = await open();
    const staying = Array.from({ length: 40 }, (_, i) => `stay/${i}`);
    const passing: Asked[] = [];
    for (const name of staying) {
      await world.hold(name);
      passing.push(await world.hold(`pass/${name}`));
    }
    const listed = await listAll(world, "", 7, async (page) => {
      for (const gone of passing.splice(-5)) await world.release(gone);
      for (let i = 0; i < 3; i++) await world.hold(`new/${page}-${i}`);
    });
    expect(listed.filter((name) => name.startsWith("stay/")).sort()).toEqual([...staying].sort());
  });

  test("a listed lock shows its first holder and no waiters", async () => {
    const world = await open();
    await world.hold("a", { mode: "shared" });
    await world.hold("a", { mode: "shared" });
    await world.queue("a");
    const { locks } = await world.page("", 10, "");
    expect(locks).toMatchObject([{ name: "a", holderCount: 2, waiterCount: 1, waiters: [] }]);
    expect(locks[0]?.holders).toHaveLength(1);
  });

  test("a page token that no page had is refused", async () => {
    const world = await open();
    expect(await refusal(() => world.engine.list("", 10, "no such page!"))).toBe("INVALID_ARGUMENT");
  });

  test("with no locks in use there is one empty page", async () => {
    const world = await open();
    expect(await world.page("", 10, "")).toMatchObject({ locks: [], next: undefined });
  });
}

async function listAll(
  world: World,
  prefix: string,
  size: number,
  between: (page: number) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  const listed: string[] = [];
  let token: string | undefined = "";
  for (let page = 0; token !== undefined; page++) {
    const { locks, next } = await world.page(prefix, size, token);
    expect(locks.length).toBeLessThanOrEqual(size);
    listed.push(...locks.map(({ name }) => name));
    token = next;
    if (token !== undefined) await between(page);
  }
  return listed;
}
