/** Set by the build from package.json and git; a source run is version `dev`. */
declare const KATA_BUILD: { version: string; commit: string; built: string } | undefined;

export const build = typeof KATA_BUILD === "undefined" ? { version: "dev", commit: "none", built: "unknown" } : KATA_BUILD;
