import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const HOST_CHARACTERS = 253;

/** An address, or a name that could be one's: not a list, not half an address such as `127.1`. */
export function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const labels = text.split(".");
  const digitsLast = /^\d+$/.test(labels.at(-1) ?? "");
  return text.length <= HOST_CHARACTERS && !digitsLast && labels.every((label) => LABEL.test(label));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Nobody outside this machine reaches it. What another name resolves to is not known here, and may change. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return loopback.check(host, "ipv4");
  if (isIPv6(host)) return loopback.check(host, "ipv6");
  return host.toLowerCase() === "localhost";
}

/** One spelling for each address: `[0:0::1]` and `[::1]` are the same. */
export function canonicalHost(host: string): string {
  // A zone (`fe80::1%eth0`) has no place in a URL.
  if (!isIPv6(host) || host.includes("%")) return host.toLowerCase();
  return new URL(`http://[${host}]`).hostname.slice(1, -1);
}
