/** The daemon's own messages: one line each, on stderr. */
export function log(message: string): void {
  console.error(`${new Date().toISOString()} ${message}`);
}

/** A fault, with its causes, so that it can be found. */
export function logError(what: string, thrown: unknown): void {
  const trace = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  log(`${what}: ${trace}`);
}
