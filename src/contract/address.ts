/** Where a server is. */
export interface HostPort {
  /** A host name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The address as people write it: `host:port`, `[::1]:port`. */
export function formatAddress({ host, port }: HostPort): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
