import { expect, test } from "vitest";
import { connect } from "../../src/client/index.js";
import { Proxy } from "../network/proxy.js";
import { startServer } from "../process/server.js";
import { pause } from "./time.js";

test("C17: releases while pings are under way, and pings while releases are, disturb nothing", async () => {
  await using server = await startServer();
  using proxy = await Proxy.to(server.port);
  // A ping goes out every second, and its answer is back after 0.3 s.
  await using locks = await connect(`127.0.0.1:${proxy.port}`, { ttl: "4s", grace: "4s" });
  proxy.delay(150);
  const kept = await locks.acquire("c17/kept");
  const { fencingToken } = kept;
  const leases = await Promise.all(Array.from({ length: 25 }, (_, i) => locks.acquire(`c17/${i}`)));
  const released: Promise<boolean>[] = [];
  for (const lease of leases) {
    released.push(lease.release());
    expect(lease.held).toBe(false);
    await pause(50);
  }
  expect(await Promise.all(released)).toEqual(leases.map(() => true));
  expect(leases.map(({ state }) => state)).toEqual(leases.map(() => "released"));
  expect(kept.held).toBe(true);
  const left: unknown[] = [];
  for await (const { name, holders } of locks.list()) left.push([name, holders[0]?.fencingToken]);
  expect(left).toEqual([["c17/kept", fencingToken]]);
});
