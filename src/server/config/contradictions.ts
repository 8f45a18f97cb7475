import { formatAddress } from "../../contract/address.js";
import type { Given } from "./given.js";
import { isLoopback } from "./host.js";
import { Misfit, type Problems } from "./problems.js";
import { SETTING_NAMES, type SettingName } from "./table.js";

/** What is right by itself and wrong together, judged by the settings in force, whatever source they are from. */
export function findContradictions(given: Given, problems: Problems): void {
  checkBackend(given, problems);
  checkExposure(given, problems);
}

function checkBackend(given: Given, problems: Problems): void {
  if (given.value("backend") !== "memcached") return;
  const hint = "this build has the memory engine only, and memcached comes with a later release";
  problems.add(given.place("backend") ?? "backend", new Misfit("inmemory", { hint }), "memcache");
}

function checkExposure(given: Given, problems: Problems): void {
  if (given.value("insecure") !== false) return;
  for (const address of given.value("listen") ?? []) {
    if (isLoopback(address.host)) continue;
    const hint =
      "there is no TLS and no access control yet, so anyone who can reach that address could use every lock: " +
      "say --insecure (insecure: true in the file) if you want that";
    problems.add(
      given.place("listen") ?? "listen",
      new Misfit("a loopback address", { got: formatAddress(address), hint }),
      address,
    );
  }
}

const MEMCACHED_ONLY: readonly SettingName[] = [
  "memcachehost",
  "memcacheport",
  "allow_evictions",
  "recovery",
];

/** What does no harm but nothing else either: files of the old service carry it. */
export function findIdle(given: Given): string[] {
  return SETTING_NAMES.flatMap((name) => {
    const place = given.place(name);
    if (place === undefined || !MEMCACHED_ONLY.includes(name)) return [];
    return [`${place}: has no effect with backend inmemory`];
  });
}
