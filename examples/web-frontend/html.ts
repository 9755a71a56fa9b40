/** HTML that is ready to be sent. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Hole = Html | string | number | false | undefined | readonly Hole[];

/** HTML with holes: whatever is no HTML itself is text, and is escaped. Nothing comes of false and undefined. */
export function html(strings: TemplateStringsArray, ...holes: Hole[]): Html {
  return new Html(strings.reduce((text, string, i) => text + written(holes[i - 1]) + string));
}

function written(hole: Hole): string {
  if (hole instanceof Html) return hole.text;
  if (typeof hole === "object") return hole.map(written).join("");
  return hole === undefined || hole === false ? "" : Bun.escapeHTML(hole);
}
