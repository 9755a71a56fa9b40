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

export function terminalOf(env: Record<string, string | undefined>): Terminal {
  const isTerminal = isDevice(1);
  const colour = isTerminal && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return {
    isTerminal,
    width: isTerminal ? Number(env["COLUMNS"]) || 80 : Number.POSITIVE_INFINITY,
    style: (text, style) => (colour && text !== "" ? `\u001b[${codes[style]}m${text}\u001b[0m` : text),
  };
}

/** Whether people type there. */
export function isInteractive(): boolean {
  return isDevice(0);
}

type Binding = { binding(name: "tty_wrap"): { isTTY(fd: number): boolean } };

/** What node:tty itself asks, which takes 5 ms to load. */
function isDevice(fd: number): boolean {
  return (process as unknown as Binding).binding("tty_wrap").isTTY(fd);
}
