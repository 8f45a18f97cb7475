import type { ServiceDefinition } from "@grpc/grpc-js";
import { LockError } from "../../contract/errors.js";

/** A request that is none: what is wrong with it, for its handler to answer. */
export class Malformed {
  constructor(readonly error: LockError) {}
}

/**
 * A service whose requests never fail to parse: grpc-js would answer a message that is no protobuf with INTERNAL,
 * and one that is too large without a reason. Here both arrive as `Malformed`.
 */
export function guarded(definition: ServiceDefinition, maxBytes: number): ServiceDefinition {
  const methods = Object.entries(definition).map(([name, method]) => [
    name,
    { ...method, requestDeserialize: guard(method.requestDeserialize, maxBytes) },
  ]);
  return Object.fromEntries(methods) as ServiceDefinition;
}

function guard<T>(deserialize: (bytes: Buffer) => T, maxBytes: number): (bytes: Buffer) => T | Malformed {
  return (bytes) => {
    if (bytes.length > maxBytes) {
      const message = `the request has ${bytes.length} bytes; the limit is ${maxBytes}`;
      return new Malformed(new LockError("MESSAGE_TOO_LARGE", message));
    }
    try {
      return deserialize(bytes);
    } catch (cause) {
      const message = "the request is not a valid protobuf message of its type";
      return new Malformed(new LockError("INVALID_ARGUMENT", message, undefined, { cause }));
    }
  };
}
