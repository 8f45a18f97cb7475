// So many at a time: a lock whose pool says `maxlocks: 3` has three units.
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "distributex";

const locks = await connect(process.argv[2] ?? "localhost:9889");
let running = 0;
let most = 0;

async function render(frame: number): Promise<void> {
  await locks.withLock("gpu/render", async () => {
    most = Math.max(most, ++running);
    await sleep(20);
    running--;
    console.log(`frame ${frame} is done`);
  });
}

await Promise.all([1, 2, 3, 4, 5, 6, 7].map(render));
console.log(`at most ${most} at once`);

// What is big takes more units, and waits in the same queue: nothing small overtakes it for ever.
await locks.withLock("gpu/render", { weight: 3 }, async () => {
  const { capacity, holders } = await locks.inspect("gpu/render");
  console.log(`${holders[0]?.weight ?? 0} of ${capacity} units for one`);
});

await locks.close();
