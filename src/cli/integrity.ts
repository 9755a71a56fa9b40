type Look = (path: string) => Promise<string[]>;

let look: Look | undefined;

/** The command line never loads the database: main hands in what looks into it. */
export function provideIntegrity(given: Look): void {
  look = given;
}

/** What is wrong with the database at `path`; nothing is written. */
export const integrityFaults: Look = (path) => {
  if (!look) throw new Error("Nothing was provided.");
  return look(path);
};
