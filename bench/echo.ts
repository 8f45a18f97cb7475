const bytes = (buffer: Buffer): Buffer => buffer;

function method<Path extends string>(path: Path) {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  } as const;
}

/** A service that does nothing, in two methods whose messages have the sizes of Acquire's and Release's. */
export const ECHO = { acquire: method("/bench.Echo/Acquire"), release: method("/bench.Echo/Release") };
