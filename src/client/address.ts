import { isIP, isIPv6 } from "node:net";
import { formatAddress } from "../contract/address.js";

/** The port of a server that was told no other. */
export const DEFAULT_PORT = 9889;

/** Where a server listens. */
export interface Address {
  /** A host name or an IP address, without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** An address that can't be read; the message says what was expected. */
export class InvalidAddress extends Error {
  override readonly name = "InvalidAddress";
}

/**
 * Reads `host[:port],host[:port],...`; an IPv6 address with a port stands in brackets, `[::1]:9889`.
 *
 * @param defaultPort for those that name none; absent: 9889
 * @throws {InvalidAddress}
 */
export function parseAddresses(text: string, defaultPort = DEFAULT_PORT): Address[] {
  return text.split(",").map((part) => parseAddress(part.trim(), defaultPort));
}

function parseAddress(text: string, defaultPort: number): Address {
  if (isIPv6(text)) return { host: text, port: defaultPort };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^/]*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  if (bracketed === undefined ? !isHostName(host) : !isIPv6(bracketed)) {
    throw new InvalidAddress(`Expected "host", "host:port" or "[ipv6]:port", got "${text}"`);
  }
  return { host, port: port === undefined ? defaultPort : parsePort(port) };
}

/**
 * Reads a port from 1 to 65535.
 *
 * @throws {InvalidAddress}
 */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) throw new InvalidAddress(`Expected a port from 1 to 65535, got "${text}"`);
  return port;
}

/** Whether this can be the name of a host, or its IPv4 address. */
function isHostName(text: string): boolean {
  return text.length <= 253 && /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*)$/u.test(text);
}

/**
 * What grpc-js is to connect to, in the order to try. For `localhost` that is 127.0.0.1 first, where a server
 * listens that was told nothing, then ::1; other names are left to the resolver.
 */
export function grpcTargets(address: Address): string[] {
  const { host, port } = address;
  if (host === "localhost") return [`ipv4:127.0.0.1:${port}`, `ipv6:[::1]:${port}`];
  const scheme = { 0: "dns:", 4: "ipv4:", 6: "ipv6:" }[isIP(host)] ?? "dns:";
  return [scheme + formatAddress(address)];
}

/** Whether the address is this machine's own loopback. */
export function isLoopback({ host }: Address): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
