import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import type { TlsFiles } from "../config/listener.ts";
import { secretOpenTo } from "../config/token-file.ts";
import { LocalError } from "../core/error.ts";

/** A certificate with its key, as they are now on disk. */
export type Certificate = {
  /** The whole file, with what comes between it and its authority. */
  cert: string;
  key: string;
  /** The certificate alone, as PEM. */
  own: string;
  valid_to: string;
};

/** Reads the PEM files of a listener. What is not right is refused with the file's name. */
export function readCertificate(files: TlsFiles): Certificate {
  const cert = readPem(files.cert);
  const own = parsed(files.cert, "certificate", () => new X509Certificate(cert));
  const key = readPem(files.key, (stat) => {
    const fault = secretOpenTo(files.key, stat);
    if (fault !== undefined)
      throw new LocalError("internal", `tls: ${files.key} ${fault}`, `The key is for the daemon alone: chmod 600 ${files.key}`);
  });
  if (!own.checkPrivateKey(keyOf(files.key, key)))
    throw new LocalError(
      "internal",
      `tls: the key in ${files.key} is not that of the certificate in ${files.cert}`,
      "Name the two that belong together; in a chain the daemon's own certificate stands first.",
    );
  return { cert, key, own: own.toString(), valid_to: own.validTo };
}

function keyOf(path: string, pem: string): KeyObject {
  return parsed(path, "private key without a passphrase", () => createPrivateKey(pem));
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw new LocalError("internal", `tls: ${path} holds no ${what} that can be read`, "Name a PEM file.");
  }
}

function readPem(path: string, check: (stat: Stats) => void = () => undefined): string {
  try {
    // A pipe that nobody writes to would never open.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile()) throw new LocalError("internal", `tls: ${path} is no regular file`, "Name a PEM file.");
      check(stat);
      return readFileSync(fd, "utf8");
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof LocalError) throw error;
    throw new LocalError(
      "internal",
      `tls: ${path} can't be read: ${(error as Error).message}`,
      "Name a PEM file that the daemon may read.",
    );
  }
}
