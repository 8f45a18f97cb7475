import { afterAll, beforeAll, expect, test } from "vitest";
import { createServer, type DistributexServer } from "../../src/server/index.js";
import { pool } from "../contract/harness.js";
import { Caller } from "./caller.js";

let server: DistributexServer;
let ann: Caller;

beforeAll(async () => {
  const endless = pool({ name: "endless", defaultTtlMs: Infinity, maxTtlMs: Infinity });
  server = createServer({ pools: [pool(), endless] });
  await server.start();
  ann = new Caller(server.addresses[0]!.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

test("the largest page of locks with the largest owners fits a stock client, and the pages are complete", async () => {
  const owner = {
    host: "h".repeat(255),
    label: "l".repeat(255),
    metadata: { key: "\u20ac".repeat(1_364) },
  };
  const names = Array.from({ length: 1_200 }, (_, i) => `large/${"\u20ac".repeat(160)}${i}`);
  await Promise.all(names.map((name) => ann.take(name, { owner })));
  const listed: string[] = [];
  let pageToken = "";
  do {
    const page = await ann.list({ prefix: "large/", pageSize: 1_000, pageToken });
    listed.push(...page.locks.map(({ name }) => name));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  expect(listed.sort()).toEqual(names.sort());
});

test("a lease for longer than a Timestamp can say ends, for people, at the last moment that it can say", async () => {
  const tenThousandYears = { seconds: 315_576_000_000n, nanos: 0 };
  const lease = await ann.take("endless", { ttl: tenThousandYears });
  expect(lease).toMatchObject({ ttl: tenThousandYears, expireTime: new Date("9999-12-31T23:59:59Z") });
});
