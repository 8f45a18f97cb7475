import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { AcquireResponse, ReleaseResponse } from "../gen/distributex/v1/lock_service.js";
import { AcquireOutcome, Lease, Mode } from "../gen/distributex/v1/lock.js";
import { ECHO } from "./echo.js";

const lease = Lease.create({
  leaseId: "l1_00112233445566778899aabbccddeeff",
  name: "bench/unary-1",
  fencingToken: BigInt(Date.now()) * 1000n,
  mode: Mode.EXCLUSIVE,
  weight: 1,
  ttl: { seconds: 1800n, nanos: 0 },
  remaining: { seconds: 1799n, nanos: 999_991_000 },
  acquireTime: new Date(),
  expireTime: new Date(),
  holderCount: 1,
});
const acquired = Buffer.from(
  AcquireResponse.encode({ outcome: AcquireOutcome.ACQUIRED, lease, lock: undefined }).finish(),
);
const released = Buffer.from(ReleaseResponse.encode({ wasHeld: true }).finish());

const service: UntypedServiceImplementation = {
  acquire: (_call: unknown, callback: (error: null, answer: Buffer) => void) => {
    callback(null, acquired);
  },
  release: (_call: unknown, callback: (error: null, answer: Buffer) => void) => {
    callback(null, released);
  },
};

const server = new Server({ "grpc.enable_channelz": 0 });
server.addService(ECHO, service);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  process.send?.(port);
});
