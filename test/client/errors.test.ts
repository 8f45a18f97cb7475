import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { ErrorInfo, Status } from "../../gen/distributex/status/v1/status.js";
import { DistributexError, Unavailable } from "../../src/client/stubs.js";

function serviceError(code: number, details: string, trailer?: Buffer): Error {
  const metadata = new Metadata();
  if (trailer !== undefined) metadata.set("grpc-status-details-bin", trailer);
  return Object.assign(new Error(`${code}: ${details}`), { code, details, metadata });
}

function trailer(info: Partial<ErrorInfo>, typeUrl = "type.googleapis.com/google.rpc.ErrorInfo"): Buffer {
  const value = Buffer.from(ErrorInfo.encode(ErrorInfo.create(info)).finish());
  return Buffer.from(Status.encode(Status.create({ details: [{ typeUrl, value }] })).finish());
}

describe("an error is made", () => {
  it("from the ErrorInfo in the trailers", () => {
    const info = { reason: "INVALID_TTL", domain: "distributex", metadata: { field: "ttl" } };
    const error = DistributexError.from(
      serviceError(status.INVALID_ARGUMENT, "ttl is negative", trailer(info)),
    );
    expect(error).toMatchObject({ code: 3, reason: "INVALID_TTL", field: "ttl", message: "ttl is negative" });
    expect(error.retryable).toBe(false);
  });

  it("by the code's name where there is none of ours", () => {
    const foreign = trailer({ reason: "X", domain: "elsewhere" });
    for (const bytes of [
      undefined,
      Buffer.from("garbage"),
      foreign,
      trailer({}, "type.googleapis.com/x.Y"),
    ]) {
      const error = DistributexError.from(serviceError(status.DEADLINE_EXCEEDED, "late", bytes));
      expect(error).toMatchObject({
        code: 4,
        reason: "DEADLINE_EXCEEDED",
        field: undefined,
        retryable: false,
      });
    }
  });

  it("as Unavailable where the server can't be reached or can't serve", () => {
    expect(DistributexError.from(serviceError(status.UNAVAILABLE, "refused"))).toBeInstanceOf(Unavailable);
    const info = { reason: "SHUTTING_DOWN", domain: "distributex" };
    const error = DistributexError.from(serviceError(status.UNAVAILABLE, "bye", trailer(info)));
    expect(error).toBeInstanceOf(Unavailable);
    expect(error).toMatchObject({ reason: "SHUTTING_DOWN", retryable: true });
  });

  it("of anything else that was thrown, and of itself", () => {
    const error = new Unavailable({ message: "none" });
    expect(DistributexError.from(error)).toBe(error);
    expect(DistributexError.from(new TypeError("odd"))).toMatchObject({
      code: 2,
      reason: "UNKNOWN",
      message: "odd",
    });
    expect(DistributexError.from(null)).toMatchObject({ code: 2, reason: "UNKNOWN" });
  });
});
