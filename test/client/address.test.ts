import { describe, expect, it } from "vitest";
import { formatAddress } from "../../src/contract/address.js";
import { grpcTargets, InvalidAddress, parseAddresses } from "../../src/client/address.js";

describe("an address", () => {
  it.each([
    ["localhost", "localhost", 9889],
    ["web-1.example:7", "web-1.example", 7],
    ["10.0.0.1:65535", "10.0.0.1", 65535],
    ["::1", "::1", 9889],
    ["[::1]", "::1", 9889],
    ["[2001:db8::7]:80", "2001:db8::7", 80],
    ["locks_1:1", "locks_1", 1],
  ])("%s", (text, host, port) => {
    expect(parseAddresses(text)).toEqual([{ host, port }]);
  });

  it("is read again as it is written", () => {
    const text = "a:1,[::1]:2,10.0.0.1:3";
    expect(parseAddresses(text).map(formatAddress).join(",")).toBe(text);
  });

  it("may stand in a list, with blanks around", () => {
    expect(parseAddresses("a, b:2", 5)).toEqual([
      { host: "a", port: 5 },
      { host: "b", port: 2 },
    ]);
  });

  it.each([
    "",
    "a,",
    "a:",
    "a:0",
    "a:65536",
    "a:b",
    "a:1:2",
    "[a]:1",
    "[::1",
    "http://a:1",
    "a b",
    "-a",
    "a/b",
  ])("is not %j", (text) => {
    expect(() => parseAddresses(text)).toThrow(InvalidAddress);
  });
});

it("localhost is 127.0.0.1 first, names are left to the resolver", () => {
  expect(grpcTargets({ host: "localhost", port: 7 })).toEqual(["ipv4:127.0.0.1:7", "ipv6:[::1]:7"]);
  expect(grpcTargets({ host: "a", port: 7 })).toEqual(["dns:a:7"]);
  expect(grpcTargets({ host: "::1", port: 7 })).toEqual(["ipv6:[::1]:7"]);
});
