import { it } from "vitest";
import { makeMemory } from "./make.js";
import { pool } from "../../contract/harness.js";
const base = { weight: 1, ttlMs: undefined, owner: { host: "", label: "", metadata: {} }, requestId: undefined, value: "", election: false, principal: "", session: undefined } as const;
for (const n of [5000, 20000, 40000])
  it(`quad ${n}`, () => {
    const { engine } = makeMemory({ pools: [pool({ maxWaiters: 1e6 })] });
    let id = "";
    engine.acquire({ ...base, name: "x", mode: "exclusive", patienceMs: 0 }, { granted: (l) => { id = l.id; }, notAcquired() {}, failed() {} });
    let granted = 0;
    for (let i = 0; i < n; i++) {
      const p = engine.acquire({ ...base, name: "x", mode: "shared", patienceMs: Infinity }, { granted: () => { granted++; p.cancel(); }, notAcquired() {}, failed(e) { throw e; } });
    }
    const t = performance.now();
    engine.release(id);
    console.log(n, granted, (performance.now() - t).toFixed(0), "ms");
  });
it("heads time out together", () => {
  const n = 100000;
  const { engine, time } = makeMemory({ pools: [pool({ maxWaiters: 1e6 })] });
  engine.acquire({ ...base, name: "x", mode: "exclusive", patienceMs: 0 }, { granted() {}, notAcquired() {}, failed() {} });
  let out = 0;
  for (let i = 0; i < n; i++) engine.acquire({ ...base, name: "x", mode: "exclusive", patienceMs: 1000 }, { granted() {}, notAcquired() { out++; }, failed(e) { throw e; } });
  time.jump(1001);
  const t = performance.now();
  time.ring();
  console.log("timeouts in one ring", out, (performance.now() - t).toFixed(0), "ms");
});
