import { Metadata, type StatusObject } from "@grpc/grpc-js";
import { ErrorInfo, Status } from "../../../gen/distributex/status/v1/status.js";
import { ERROR_DOMAIN, type LockError } from "../../contract/errors.js";

const ERROR_INFO_URL = "type.googleapis.com/google.rpc.ErrorInfo";

/** A LockError as gRPC carries it: code, message, and the details that stock tooling reads. */
export function statusOf(error: LockError): StatusObject {
  const { code, message, reason, metadata } = error;
  const info = ErrorInfo.encode(ErrorInfo.create({ reason, domain: ERROR_DOMAIN, metadata })).finish();
  const details = [{ typeUrl: ERROR_INFO_URL, value: Buffer.from(info) }];
  const trailer = new Metadata();
  const status = Status.encode(Status.create({ code, message, details })).finish();
  trailer.set("grpc-status-details-bin", Buffer.from(status));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- contract/ has plain numbers, so that core needs no gRPC
  return { code, details: message, metadata: trailer };
}
