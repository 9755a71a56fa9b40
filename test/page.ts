/** A block of commands or settings of a page, under its heading. */
export type Block = { heading: string; text: string };

/** The blocks of a page: runs of lines that are indented by four, as Markdown has code. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let [heading, lines]: [string, string[]] = ["", []];
  const end = () => {
    const text = lines.join("\n").replace(/\n+$/, "");
    if (text !== "") blocks.push({ heading, text });
    lines = [];
  };
  let before = "";
  for (const line of page.split("\n")) {
    const isCode = line.startsWith("    ") && (lines.length > 0 || before === "");
    if (isCode || (line === "" && lines.length > 0)) lines.push(line.slice(4));
    else end();
    if (line.startsWith("#")) heading = line.replace(/^#+ /, "");
    before = line;
  }
  end();
  return blocks;
}

/** The blocks under one heading, one after the other. */
export class Blocks {
  readonly #texts: string[];

  constructor(page: string, heading: string) {
    this.#texts = blocksOf(page).flatMap((block) => (block.heading === heading ? [block.text] : []));
  }

  /** The next block, which begins so. */
  next(beginning: string): string {
    const text = this.#texts.shift() ?? "nothing";
    if (text.startsWith(beginning)) return text;
    throw new Error(`Where a block that begins with ${beginning} was looked for, there is\n${text}`);
  }

  /** Those that nobody took. */
  get left(): readonly string[] {
    return this.#texts;
  }
}
