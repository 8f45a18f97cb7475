import { randomBytes } from "node:crypto";

/** Names each acquire of a client, as secret as a lease id: 128 random bits of the client, and a number. */
export class RequestIds {
  private readonly prefix = `${randomBytes(16).toString("base64url")}.`;
  private count = 0;

  next(): string {
    return this.prefix + (++this.count).toString(36);
  }
}
