/** Writes a line to stderr. No secret is ever part of one. */
export function log(line: string): void {
  console.error(`${new Date().toISOString()} ${line}`);
}
