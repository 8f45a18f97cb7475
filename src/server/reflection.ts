import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { clone, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";

/** Where `npm run gen` puts descriptors, seen from `src/server/` and from `dist/src/server/`. */
const GEN = ["../../gen/", "../../../gen/"];

const OUR_STATUS = "distributex.status.v1";

/** Server reflection (v1 and v1alpha), so that grpcurl and others work without our .proto files. */
export function addReflection(server: Server): void {
  const ours = readDescriptors("descriptor.binpb");
  const status = ours.filter((file) => file.package === OUR_STATUS).map(asGoogleRpc);
  const all = [...ours, ...status, ...readDescriptors("health.binpb")];
  const fileDescriptorProtos = all.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file)));
  // A package definition with the files whole: what the usual loaders make of a set loses its imports.
  const files = { format: "", type: {}, fileDescriptorProtos } as unknown;
  new ReflectionService({ all: files } as ConstructorParameters<typeof ReflectionService>[0]).addToServer(
    server,
  );
}

function readDescriptors(name: string): FileDescriptorProto[] {
  for (const folder of GEN) {
    const path = fileURLToPath(new URL(folder + name, import.meta.url));
    if (existsSync(path)) return fromBinary(FileDescriptorSetSchema, readFileSync(path)).file;
  }
  throw new Error(`gen/${name} is missing: run \`npm run gen\``);
}

/**
 * The details of our errors say that they are google.rpc.ErrorInfo. Tools that print them ask us what that is, so we
 * describe it: our message of the same wire format, under that name.
 */
function asGoogleRpc(file: FileDescriptorProto): FileDescriptorProto {
  const renamed = clone(FileDescriptorProtoSchema, file);
  renamed.name = "google/rpc/error_details.proto";
  renamed.package = "google.rpc";
  for (const message of renamed.messageType) {
    for (const field of message.field) {
      field.typeName = field.typeName.replace(`.${OUR_STATUS}.`, ".google.rpc.");
    }
  }
  return renamed;
}
