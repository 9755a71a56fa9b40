import type { Open } from "./listeners.ts";
import { log } from "./log.ts";

/** Certificates are read again; one that is wrong leaves the one before in its place. Whether any has changed. */
export function renewAll(open: readonly Open[]): boolean {
  return open.filter(renewed).length > 0;
}

function renewed(open: Open): boolean {
  const { name, tls } = open.listener;
  try {
    if (!open.renew?.()) return false;
    log("info", `SIGHUP: ${name} shows the certificate that is now in ${tls?.cert}, valid until ${open.certificate?.valid_to}`);
    return true;
  } catch (error) {
    log("warning", `SIGHUP: ${name} keeps the certificate that it has: ${(error as Error).message}`);
    return false;
  }
}
