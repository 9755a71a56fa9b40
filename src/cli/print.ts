/** The one way out: whole texts, so that a pipe gets all of them, and a closed one is no error. */
export function printOut(text: string): void {
  console.log(text);
}

export function printErr(text: string): void {
  console.error(text);
}
