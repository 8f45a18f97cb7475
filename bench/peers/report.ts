import { whereAndWhen } from "../machine.js";
import { markdownTable } from "../table.js";
import { installCommands } from "./install.js";
import type { Candidate, Peer } from "./peer.js";

export type Row = Readonly<Record<string, string | number>>;

export interface Results {
  readonly candidates: readonly Candidate[];
  readonly peers: readonly Peer[];
  readonly pairs: readonly Row[];
  readonly handOffs: readonly Row[];
  readonly rounds: number;
  readonly seconds: number;
}

/** The section of docs/benchmarks.md, explanations and all: nothing in it is kept by hand. */
export function peersSection(results: Results): string {
  const { candidates, peers, pairs, handOffs, rounds, seconds } = results;
  const present = new Set(peers.map(({ name }) => name));
  const missing = candidates.filter(({ name }) => !present.has(name)).map(({ name }) => name);
  return `
## Beside other lock services

\`npm run bench -- peers\`, ${whereAndWhen()}

${markdownTable(peers.map(({ name, versions }) => ({ server: name, versions })))}

${missing.length === 0 ? "" : `Not in this run, since they weren't installed: ${missing.join(", ")}.`}

One Node.js process is the client of all, with one client object for each server; every server is a process of its own
on the same machine, so client and server have about a core each, and there is no network between them. The client is
the limit more often than the server. The servers take turns of ${seconds} s, ${rounds} rounds after one to warm up, and
each round begins with another server; the figures are medians over the rounds, ratios medians of the ratios within a
round.

### Distinct locks

Each caller has a lock of its own, takes and releases it, and begins again. A pair is one acquire and its release, both
answered.

${markdownTable(pairs)}

### One lock

All callers want the same lock. A hand-off is the time from the call that releases it until another caller has it;
who has released queues up again only then. Each holder does five round trips before it releases: the smallest exchange
that the client library offers, timed in the same run, since no hand-off can take less than the way there and back.

${markdownTable(handOffs)}

Polling looks better the more callers there are, since with many of them somebody asks at any moment; who asks has
nothing to do with who came first, and all that asking is work for the server. With two callers one sees what a caller
waits.

### What is compared

${candidates.map(({ name, means }) => `- **${name}**: ${means}.`).join("\n")}

The bench starts each server that it finds, with nothing of an earlier run, and kills it at the end. Which aren't there,
it says, and does without. To have them:

\`\`\`sh
${installCommands(candidates)}
\`\`\`

ioredis comes with \`npm ci\`; \`DISTRIBUTEX_BENCH_SECONDS=0.5\` makes the turns shorter, as a trial that writes nothing.

### What it doesn't show

These aren't four of a kind; what each promises beside the speed:

${markdownTable(candidates.map(({ name, promises }) => ({ server: name, ...promises })))}
`;
}
