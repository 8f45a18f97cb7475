import { once } from "node:events";
import { Client, credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorInfo } from "../../gen/distributex/status/v1/status.js";
import { Program } from "../process/program.js";
import { startServer, type ServerProcess } from "../process/server.js";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

/** `buf curl`, which knows of the contract only what server reflection tells it. */
async function curl(method: string, ...args: string[]) {
  const url = `http://127.0.0.1:${server.port}${method === "" ? "" : `/${method}`}`;
  const flags = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", ...args, url];
  return new Program("node_modules/.bin/buf", flags).ended;
}

describe("tools that people have", () => {
  test.each(["grpc-v1", "grpc-v1alpha"])("reflection (%s) lists every method", async (protocol) => {
    const { stdout } = await curl("", "--list-methods", "--reflect-protocol", protocol);
    const methods = stdout.trim().split("\n");
    expect(methods).toContain("distributex.v1.LockService/Session");
    expect(methods).toContain("distributex.v1.AdminService/GetServerInfo");
    expect(methods).toContain("grpc.health.v1.Health/Check");
  });

  test("a call made of JSON is answered in JSON", async () => {
    const data = '{"name": "tools/x", "mode": "MODE_SHARED", "ttl": "300s"}';
    const { stdout, code } = await curl("distributex.v1.LockService/Acquire", "--data", data);
    expect(code).toBe(0);
    const answer = JSON.parse(stdout) as { outcome: string; lease: { fencingToken: unknown; ttl: string } };
    expect(answer).toMatchObject({ outcome: "ACQUIRE_OUTCOME_ACQUIRED", lease: { ttl: "300s" } });
    expect(answer.lease.fencingToken).toMatch(/^\d{16}$/);
  });

  test("an error carries a google.rpc.ErrorInfo that is one", async () => {
    const { stderr, code } = await curl("distributex.v1.LockService/Acquire", "--data", "{}");
    expect(code).not.toBe(0);
    const error = JSON.parse(stderr) as { code: string; details: { type: string; value: string }[] };
    expect(error).toMatchObject({ code: "invalid_argument", details: [{ type: "google.rpc.ErrorInfo" }] });
    expect(ErrorInfo.decode(Buffer.from(error.details[0]!.value, "base64"))).toEqual({
      reason: "INVALID_NAME",
      domain: "distributex",
      metadata: { field: "name" },
    });
  });

  test("reflection describes google.rpc.ErrorInfo, for tools that print the details of an error", async () => {
    expect(await reflected("google.rpc.ErrorInfo")).toContain("google/rpc/error_details.proto");
  });

  test("health answers for the server and for each service", async () => {
    for (const service of ["", "distributex.v1.LockService", "distributex.v1.AdminService"]) {
      const { stdout } = await curl("grpc.health.v1.Health/Check", "--data", JSON.stringify({ service }));
      expect(JSON.parse(stdout)).toEqual({ status: "SERVING" });
    }
  });
});

/** What reflection answers when it is asked which file has a symbol: bytes, told apart by what is in them. */
async function reflected(symbol: string): Promise<string> {
  const bytes = (buffer: Buffer): Buffer => buffer;
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const stream = client.makeBidiStreamRequest(path, bytes, bytes);
  // ServerReflectionRequest.file_containing_symbol is field 4.
  stream.write(Buffer.concat([Buffer.from([0x22, symbol.length]), Buffer.from(symbol)]));
  const [answer] = (await once(stream, "data")) as [Buffer];
  stream.end();
  client.close();
  return answer.toString("latin1");
}
