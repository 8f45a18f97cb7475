// One at a time: the job runs on one machine, however many start it.
import { connect, LeaseLost } from "distributex";

const locks = await connect(process.argv[2] ?? "localhost:9889");

// The usual way: take it, work, give it back, whatever comes of the work.
await locks.withLock("reports/nightly", { wait: "1m" }, async (lease) => {
  console.log(`the report is written, with token ${lease.fencingToken}`);

  // Somebody else doesn't wait, and finds it taken.
  const second = await locks.tryAcquire("reports/nightly");
  console.log(second === null ? "somebody else has it" : "two at once, which never happens");

  // Before each step that needs the lock; throws a LeaseLost once it is lost.
  lease.assertHeld();
});

// By hand, where a function doesn't fit. The signal ends what can be aborted when the lock is lost.
const lease = await locks.acquire("reports/nightly");
try {
  await send("the report", lease.signal);
} catch (error) {
  if (!(error instanceof LeaseLost)) throw error;
  console.log(`stopped in time: ${error.message}`);
} finally {
  await lease.release();
}
console.log(`the lock is ${lease.state}`);

await locks.close();

/** Stands for what takes its time, and can be aborted. */
async function send(what: string, signal: AbortSignal): Promise<void> {
  await Promise.resolve();
  signal.throwIfAborted();
  console.log(`${what} is sent`);
}
