import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/server/config/index.js";
import { load, refusals } from "./written.js";

function listening(text: string | string[], insecure = false): string[] {
  const { settings } = loadSettings({ flags: { listen: text, insecure }, env: {} });
  return settings.listen.map(({ host, port }) => `${host} ${port}`);
}

describe("listen takes", () => {
  it.each([
    ["127.0.0.1:80", ["127.0.0.1 80"]],
    ["127.0.0.1", ["127.0.0.1 9889"]],
    ["LOCALHOST:0", ["LOCALHOST 0"]],
    ["[::1]:7", ["::1 7"]],
    ["[::1]", ["::1 9889"]],
    ["127.0.0.1:1, localhost:2", ["127.0.0.1 1", "localhost 2"]],
    ["127.0.0.1:0,127.0.0.1:0", ["127.0.0.1 0", "127.0.0.1 0"]],
    [
      ["127.8.9.1:1,[::1]:1", "localhost:1"],
      ["127.8.9.1 1", "::1 1", "localhost 1"],
    ],
    ["[::ffff:127.0.0.1]:5", ["::ffff:127.0.0.1 5"]],
  ])("%j", (text, expected) => {
    expect(listening(text)).toEqual(expected);
  });

  it("a list in the file", () => {
    const { settings } = load("listen:\n  - 127.0.0.1:1\n  - localhost:2\n");
    expect(settings.listen.map(({ port }) => port)).toEqual([1, 2]);
  });

  it.each(["0.0.0.0:9889", "[::]:9889", "lock.example.org", "10.0.0.1:1", "[fe80::1%eth0]:1"])(
    "%j where insecure is said aloud",
    (text) => {
      expect(listening(text, true)).toHaveLength(1);
    },
  );
});

describe("listen refuses", () => {
  it.each([
    "",
    "127.1",
    "300.1.1.1:1",
    "a:70000",
    "a:",
    "a b",
    "[a]:1",
    "[::1]x",
    "::1:9889",
    "http://a",
    "a:1:2",
    "1.2.3.4.5",
    "-a",
    "/tmp/x",
  ])("%j", (text) => {
    expect(() => listening(text, true)).toThrow(/^--listen: expected an address such as /);
  });

  it.each([":9889", "*:9889", "9889"])("a port alone, %j, and asks which addresses are meant", (text) => {
    expect(() => listening(text)).toThrow("127.0.0.1:9889 is this machine only, 0.0.0.0:9889 every address");
  });

  it("a bare port in the file, which is a number there", () => {
    expect(refusals("listen: 9889\n")).toEqual([expect.stringContaining("got 9889; 127.0.0.1:9889 is this")]);
  });

  it("an IPv6 address without brackets, and says so", () => {
    expect(() => listening("::1")).toThrow("an IPv6 address goes in brackets");
  });

  it("each wrong one of several at once", () => {
    expect(() => listening("a b, localhost, :1")).toThrow('got "a b", ":1";');
  });

  it.each(["localhost:1,LOCALHOST:1", "[::1]:1,[0:0::1]:1", "127.0.0.1,127.0.0.1:9889"])(
    "the same twice: %j",
    (text) => {
      expect(() => listening(text)).toThrow("expected each address once");
    },
  );
});

describe("a public address", () => {
  it.each([
    "0.0.0.0:9889",
    "[::]:9889",
    "192.168.0.1:9889",
    "db.example.org:9889",
    "localhost.example.org:9889",
  ])("%s needs insecure to be said aloud", (address) => {
    expect(refusals(`listen: "${address}"\n`)).toEqual([
      `distributex.yaml:1:1: listen: expected a loopback address, got ${address}; there is no TLS and no access ` +
        "control yet, so anyone who can reach that address could use every lock: say --insecure (insecure: true " +
        "in the file) if you want that",
    ]);
  });

  it("may be made so by any source", () => {
    expect(refusals("listen: 0.0.0.0:1\ninsecure: true\n")).toEqual([]);
    expect(refusals("listen: 0.0.0.0:1\n", { env: { DISTRIBUTEX_INSECURE: "true" } })).toEqual([]);
    expect(refusals("listen: 0.0.0.0:1\ninsecure: true\n", { flags: { insecure: false } })).toHaveLength(1);
  });

  it("is named by the source that asked for it", () => {
    expect(refusals("", { env: { DISTRIBUTEX_LISTEN: "0.0.0.0" } })[0]).toMatch(
      /^DISTRIBUTEX_LISTEN: expected a loop/,
    );
  });

  it("is not complained of while what was said of insecure is unreadable", () => {
    expect(refusals("listen: 0.0.0.0:1\ninsecure: yes\n")).toEqual([
      expect.stringContaining("insecure: expected true"),
    ]);
  });
});
