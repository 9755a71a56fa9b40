/** A piece of SQL and its arguments. The text is whole and greppable; only placeholders differ per dialect. */
export class Sql {
  readonly texts: readonly string[];
  readonly args: readonly SqlValue[];

  constructor(texts: readonly string[], args: readonly SqlValue[]) {
    this.texts = texts;
    this.args = args;
  }

  text(placeholder: (n: number) => string): string {
    return this.texts.reduce((done, next, n) => done + placeholder(n) + next);
  }
}

export type SqlValue = string | number | boolean | null;

/** `sql` interpolates values as arguments and other `sql` pieces as text. */
export function sql(strings: TemplateStringsArray, ...holes: (SqlValue | Sql)[]): Sql {
  // The same place in the code gives the same `texts` then, so that its statement is found again without building its text.
  if (!holes.some(isPiece)) return new Sql(strings, holes as SqlValue[]);
  const texts = [strings[0] ?? ""];
  const args: SqlValue[] = [];
  const extend = (tail: string) => {
    texts[texts.length - 1] += tail;
  };
  holes.forEach((hole, i) => {
    const after = strings[i + 1] ?? "";
    if (!(hole instanceof Sql)) {
      args.push(hole);
      texts.push(after);
      return;
    }
    extend(hole.texts[0] ?? "");
    texts.push(...hole.texts.slice(1));
    args.push(...hole.args);
    extend(after);
  });
  return new Sql(texts, args);
}

const isPiece = (hole: SqlValue | Sql): hole is Sql => hole instanceof Sql;

/** Joins conditions with AND; an empty list holds for every row. */
export function every(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`1 = 1` : conditions.reduce((all, next) => sql`${all} AND ${next}`);
}

/** SQL text as it stands: for column names and other text of our own, never for input. */
export function raw(text: string): Sql {
  return new Sql([text], []);
}
