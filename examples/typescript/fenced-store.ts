// What the fencing token is for. A lock service can tell a holder that its lock is lost, but can't stop one that
// stands still just between looking and writing: a long garbage collection, a suspended machine. So what the lock
// protects looks at the token, and refuses one that is older than the newest it has seen.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { connect } from "distributex";

const NAME = "accounts/7";
const [, , server = "localhost:9889", role] = process.argv;

/** A store with a guard at its door. With a database: `UPDATE ... SET token = $new WHERE id = $id AND token <= $new`. */
class FencedStore {
  #newestToken = 0n;
  value = "";

  /** Whether it was written. */
  write(token: bigint, value: string): boolean {
    if (token < this.#newestToken) return false;
    this.#newestToken = token;
    this.value = value;
    return true;
  }
}

/** The writer that will stand still, in a process of its own, so that all of it does. */
async function slowWriter(): Promise<void> {
  const locks = await connect(server, { ttl: "1s", grace: "1s" });
  await using lease = await locks.acquire(NAME);
  const { fencingToken } = lease;
  lease.assertHeld(); // It looks, and all is well ...
  process.send?.("about to write");
  await once(process, "message");
  process.send?.({ token: fencingToken.toString(), value: "from the slow writer" }); // ... and writes.
  process.disconnect();
  await locks.close();
}

async function story(): Promise<void> {
  const store = new FencedStore();
  const locks = await connect(server);
  const slow = fork(fileURLToPath(import.meta.url), [server, "slow writer"]);
  await once(slow, "message");
  console.log("the slow writer has the lock, and stands still");
  slow.kill("SIGSTOP");

  // Its lease ends by itself, and the next one has the lock.
  await locks.withLock(NAME, ({ fencingToken }) => {
    tell("the next writer", store.write(fencingToken, "from the next writer"));
  });

  console.log("the slow writer goes on");
  slow.kill("SIGCONT");
  slow.send("go on");
  const [late] = (await once(slow, "message")) as [{ token: string; value: string }];
  tell("the slow writer", store.write(BigInt(late.token), late.value));
  console.log(`the store has what came ${store.value}`);
  await locks.close();
}

function tell(who: string, written: boolean): void {
  console.log(written ? `${who} has written` : `${who} was refused: its token is too old`);
}

await (role === undefined ? story() : slowWriter());
