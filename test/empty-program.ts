import { join } from "node:path";

/** Compiles a program that does nothing, as kata is compiled: what every program of the runtime costs. Gives its path. */
export async function emptyProgram(folder: string): Promise<string> {
  await Bun.write(join(folder, "empty.ts"), "export {};\n");
  const outfile = join(folder, "empty");
  const compile = { outfile, autoloadDotenv: false, autoloadBunfig: false };
  const { success, logs } = await Bun.build({
    entrypoints: [join(folder, "empty.ts")],
    minify: true,
    bytecode: true,
    format: "esm",
    compile,
  });
  if (!success) throw new Error(logs.join("\n"));
  return outfile;
}
