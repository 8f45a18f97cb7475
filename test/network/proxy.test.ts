import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Proxy } from "./proxy.js";

let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});

afterAll(() => server.close());

test("bytes and polite ends pass both ways", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  client.end("to the server");
  expect(await upstream.rest()).toBe("to the server");
  upstream.end("to the client");
  expect(await client.rest()).toBe("to the client");
  await Promise.all([client.closed, upstream.closed]);
});

test("more than its buffers hold passes whole to a peer that reads late", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  upstream.pause();
  const large = "0123456789".repeat(2_000_000);
  client.end(large);
  upstream.resume();
  expect((await upstream.rest()) === large).toBe(true);
});

test("a delay holds for both ways and keeps the order", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  proxy.delay(50);
  const sent = performance.now();
  client.write("1");
  await upstream.until("1");
  upstream.write("2");
  await client.until("2");
  expect(performance.now() - sent).toBeGreaterThanOrEqual(100);
  client.write("3");
  proxy.delay(0);
  client.end("4");
  expect(await upstream.rest()).toBe("134");
});

test("what is swallowed does not pass, and arrives in order after resume", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  proxy.swallow();
  client.write("1");
  upstream.write("a");
  await roundTrip();
  expect([client.text, upstream.text]).toEqual(["", ""]);
  proxy.resume();
  client.end("2");
  upstream.end("b");
  expect(await Promise.all([client.rest(), upstream.rest()])).toEqual(["ab", "12"]);
});

test("a connection that ends while it is swallowed ends for the other side after resume", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  proxy.swallow();
  client.write("last words");
  client.destroy();
  await roundTrip();
  expect(upstream.ended).toBe(false);
  proxy.resume();
  expect(await upstream.rest()).toBe("last words");
});

test("what was swallowed is lost with its connection where it does not come back; new ones pass", async () => {
  using proxy = await Proxy.to(port);
  const old = await pair(proxy);
  proxy.swallow();
  old.client.write("lost");
  old.upstream.destroy();
  proxy.resumeWithoutSwallowed();
  const { client, upstream } = await pair(proxy);
  client.end("new");
  expect(await upstream.rest()).toBe("new");
  proxy.resume();
  await roundTrip();
  expect([old.client.ended, old.upstream.text]).toEqual([false, ""]);
});

test("one direction can be swallowed alone", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  proxy.swallow("toServer");
  client.write("held");
  upstream.write("passes");
  await client.until("passes");
  expect(upstream.text).toBe("");
  proxy.resume();
  await upstream.until("held");
});

test("a cut resets both ends, half a cut only one: to the other nothing happens", async () => {
  using proxy = await Proxy.to(port);
  const half = await pair(proxy);
  proxy.cutHalf("client");
  expect(await half.client.closed).toBe("ECONNRESET");
  const whole = await pair(proxy);
  proxy.cutHalf("server");
  expect(await whole.upstream.closed).toBe("ECONNRESET");
  await roundTrip();
  expect([half.upstream.ended, whole.client.ended]).toEqual([false, false]);
  proxy.cut();
  expect(await Promise.all([half.upstream.closed, whole.client.closed])).toEqual([
    "ECONNRESET",
    "ECONNRESET",
  ]);
});

test("a reset by one end passes as a reset", async () => {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  client.reset();
  expect(await upstream.closed).toBe("ECONNRESET");
});

test("it counts and announces connections, those that it refuses too", async () => {
  using proxy = await Proxy.to(port);
  await pair(proxy);
  proxy.refuse();
  const next = proxy.nextConnection();
  const refused = new End(connect(proxy.port, "127.0.0.1"));
  await Promise.all([next, refused.closed]);
  proxy.accept();
  await pair(proxy);
  expect(proxy.connections).toBe(3);
});

/** One end of a connection, and all that it was told. */
class End {
  text = "";
  ended = false;
  /** Resolves with the code of the error that closed it, undefined where there was none. */
  readonly closed: Promise<string | undefined>;

  constructor(private readonly socket: Socket) {
    let code: string | undefined;
    socket.on("data", (bytes) => (this.text += bytes.toString()));
    socket.on("end", () => (this.ended = true));
    socket.on("error", (error: NodeJS.ErrnoException) => ({ code } = error));
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.ended = true;
        resolve(code);
      });
    });
  }

  write(text: string): void {
    this.socket.write(text);
  }

  end(text: string): void {
    this.socket.end(text);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await once(this.socket, "data");
  }

  /** All that came, once the other side has said that no more comes. */
  async rest(): Promise<string> {
    if (!this.ended) await once(this.socket, "end");
    return this.text;
  }
}

/** The two ends of a new connection through the proxy. */
async function pair(proxy: Proxy): Promise<{ client: End; upstream: End }> {
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const client = new End(connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true }));
  const [socket] = await accepted;
  return { client, upstream: new End(socket) };
}

/** A way through another proxy to the same server and back: in this time what is not held back would have passed. */
async function roundTrip(): Promise<void> {
  using proxy = await Proxy.to(port);
  const { client, upstream } = await pair(proxy);
  client.write("ping");
  await upstream.until("ping");
  upstream.write("pong");
  await client.until("pong");
}
