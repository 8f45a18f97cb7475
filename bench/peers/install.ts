import type { Candidate } from "./peer.js";

/** What installs all of them. One npm command for all packages: another one would remove those of the first. */
export function installCommands(candidates: readonly Candidate[]): string {
  const installs = candidates.map(({ install }) => install);
  const apt = installs.flatMap((install) => install.apt ?? []);
  const npm = installs.flatMap((install) => install.npm ?? []);
  return `apt-get install ${apt.join(" ")}\nnpm install --no-save --ignore-scripts ${npm.join(" ")}`;
}
