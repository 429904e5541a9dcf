export type ImageryErrorKind =
  | "not-permitted"
  | "not-found"
  | "network"
  | "server"
  | "decode"
  | "empty"
  | "renderer"
  | "no-volume";

/** Why images are not on screen, in words for the reader. `message` completes "image could not be loaded: …". */
export class ImageryError extends Error {
  readonly kind: ImageryErrorKind;
  constructor(kind: ImageryErrorKind, message: string) {
    super(message);
    this.name = "ImageryError";
    this.kind = kind;
  }
}

export function imageryErrorOf(status: number): ImageryError {
  if (status === 0) return new ImageryError("network", "no answer from the server");
  if (status === 401) return new ImageryError("not-permitted", "you are no longer logged in");
  if (status === 403) return new ImageryError("not-permitted", "you may not see this study");
  if (status === 404 || status === 410) return new ImageryError("not-found", "the archive does not have it");
  return new ImageryError("server", `the archive answered with an error (${status})`);
}

/** Reads whatever the image loader rejects with: a request object with its status, an Error of the decoder, or either wrapped. */
export function readLoaderError(error: unknown): ImageryError {
  if (error instanceof ImageryError) return error;
  if (typeof error === "object" && error !== null) {
    if ("error" in error) return readLoaderError(error.error);
    if ("status" in error && typeof error.status === "number" && error.status !== 200)
      return imageryErrorOf(error.status);
  }
  return new ImageryError("decode", "its pixel data cannot be read");
}
