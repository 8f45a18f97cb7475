import { isIPv6 } from "node:net";
import { formatAddress } from "../../contract/address.js";
import type { ListenAddress } from "../settings.js";
import { canonicalHost, isHost } from "./host.js";
import type { Kind } from "./kinds.js";
import { Misfit, shown } from "./problems.js";

const DEFAULT_PORT = 9889;
const EXPECTED = "an address such as 127.0.0.1:9889, localhost:9889 or [::1]:9889";
const FORM = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/;

/** One address or several: a list, or text with commas. */
export const addresses: Kind<readonly ListenAddress[]> = {
  expected: `${EXPECTED}; several with commas, or a list`,
  parse(value) {
    const given = (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap(split);
    const parsed = given.map((text) => ({ text, address: parseAddress(text) }));
    const bad = parsed.filter(({ address }) => address === undefined).map(({ text }) => text);
    if (bad.length > 0) throw misfit(bad);
    if (parsed.length === 0) throw new Misfit(EXPECTED);
    return distinct(parsed.flatMap(({ address }) => address ?? []));
  },
  fromText: (text) => text,
  repeatable: true,
};

function split(value: unknown): unknown[] {
  return typeof value === "string" ? value.split(",").map((text) => text.trim()) : [value];
}

function parseAddress(text: unknown): ListenAddress | undefined {
  if (typeof text !== "string") return undefined;
  const [, bracketed, plain, port = String(DEFAULT_PORT)] = FORM.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const known = bracketed === undefined ? isHost(host) : isIPv6(bracketed);
  return known && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}

function misfit(bad: readonly unknown[]): Misfit {
  const hint = bad.map(hintFor).find((text) => text !== undefined);
  const got = bad.map(shown).join(", ");
  return new Misfit(EXPECTED, hint === undefined ? { got } : { got, hint });
}

function hintFor(bad: unknown): string | undefined {
  const text = typeof bad === "number" ? String(bad) : bad;
  if (typeof text !== "string") return undefined;
  const port = /^(?:\*?:)?(\d{1,5})$/.exec(text)?.[1];
  // Which of the two is meant matters too much to guess.
  if (port !== undefined) return `127.0.0.1:${port} is this machine only, 0.0.0.0:${port} every address`;
  return isIPv6(text) ? "an IPv6 address goes in brackets" : undefined;
}

function distinct(all: ListenAddress[]): ListenAddress[] {
  const seen = new Set<string>();
  for (const address of all) {
    // Port 0 is another port each time.
    if (address.port === 0) continue;
    const text = formatAddress({ ...address, host: canonicalHost(address.host) });
    if (seen.has(text)) throw new Misfit("each address once", { got: `${text} twice` });
    seen.add(text);
  }
  return all;
}
