/** How this program is started again: the compiled one by itself, one that runs from source by the runtime. */
export function ownProgram(): string[] {
  return Bun.main.startsWith("/$bunfs") ? [process.execPath] : [process.execPath, Bun.main];
}
