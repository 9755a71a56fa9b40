export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";
const codes: Record<Style, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 };

/** What is known of where the output goes, without asking it anything. */
export type Terminal = {
  /** Whether people read it as it comes. */
  isTerminal: boolean;
  /** Columns; Infinity where nobody reads it as it comes. */
  width: number;
  style(text: string, style: Style): string;
};

const USUAL_WIDTH = 80;

export function terminalOf(env: Record<string, string | undefined>): Terminal {
  const tty = ttyAt(1);
  const colour = tty !== undefined && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    isTerminal: tty !== undefined,
    width: tty ? Number(env["COLUMNS"]) || widthOf(tty) || USUAL_WIDTH : Number.POSITIVE_INFINITY,
    style: (text, style) => (colour && text !== "" ? `\u001b[${codes[style]}m${text}\u001b[0m` : text),
  };
}

/** Whether people type there. */
export function isInteractive(): boolean {
  return isTerminal(0);
}

/** Whether a descriptor leads to people. */
export function isTerminal(fd: number): boolean {
  return ttyAt(fd) !== undefined;
}

type Tty = { getWindowSize(into: [number, number]): boolean };
type Binding = { binding(name: "tty_wrap"): { isTTY(fd: number): boolean; TTY: new (fd: number) => Tty } };

/** The terminal at a descriptor; undefined where there is none. It asks what is below `node:tty`, which takes 3 ms to load. */
function ttyAt(fd: number): Tty | undefined {
  const { isTTY, TTY } = (process as unknown as Binding).binding("tty_wrap");
  return isTTY(fd) ? new TTY(fd) : undefined;
}

/** The columns of a terminal; 0 where it does not know. */
function widthOf(tty: Tty): number {
  const size: [number, number] = [0, 0];
  tty.getWindowSize(size);
  return size[0];
}
