import { parseAddresses } from "./address.js";
import { openConnection } from "./connection.js";
import { LockClient } from "./lock-client.js";
import { readSettings, type ConnectOptions } from "./options.js";
import { Machine } from "./session/surroundings.js";
import { Uplink } from "./uplink.js";

/**
 * Connects to a lock service.
 *
 * @param addresses `host`, `host:port` or `[ipv6]:port`, several in a list or with commas between; the port is 9889
 * where there is none. The first one that answers is used; the others when it fails.
 * @throws {Unavailable} when no server answers within `connectTimeout`
 * @throws {InvalidAddress} when an address can't be read
 * @throws {TypeError} when an option is not what it should be
 */
export async function connect(
  addresses: string | readonly string[],
  options: ConnectOptions = {},
): Promise<LockClient> {
  const settings = readSettings(options);
  const list = typeof addresses === "string" ? addresses : addresses.join(",");
  const { credentials, channelOptions, signal } = options;
  const parsed = parseAddresses(list);
  const { connectTimeoutMs } = settings;
  const connection = await openConnection(parsed, { connectTimeoutMs, signal, credentials, channelOptions });
  const uplink = new Uplink(parsed, { credentials, channelOptions }, connection);
  return new LockClient(settings, uplink, new Machine());
}
