// One leader among many: start it in two terminals, and end the one that leads, with Ctrl-C or with kill -9.
import { once } from "node:events";
import { connect } from "distributex";

const [, , server = "localhost:9889", name = `candidate ${process.pid}`] = process.argv;
const locks = await connect(server, { ttl: "5s", grace: "5s" });
const stop = new AbortController();
const stopped = once(stop.signal, "abort");
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}

// Anybody may look who leads; also who doesn't stand.
async function look(): Promise<void> {
  for await (const leader of locks.observe("shard-7", { signal: stop.signal })) {
    console.log(leader === undefined ? "nobody leads" : `the leader is ${leader.value}`);
  }
}

async function stand(): Promise<void> {
  const onQueued = (position: number) => {
    console.log(`waiting at place ${position}`);
  };
  for await (const term of locks.campaign("shard-7", { value: name, signal: stop.signal, onQueued })) {
    console.log(`${name} leads, with token ${term.fencingToken}`);
    await Promise.race([term.ended, stopped]); // Here a leader does its work.
    console.log(`${name} leads no more`);
    // Leaving the body resigns; the next turn stands again, unless `stop` ends the loop.
  }
}

try {
  await Promise.all([look(), stand()]);
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  await locks.close();
}
