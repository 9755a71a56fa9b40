/** Facts on lines of their own, their names in a column. */
export function factRows(facts: readonly (readonly [name: string, fact: string | undefined])[]): string {
  const there = facts.filter(([, fact]) => fact !== undefined);
  const width = Math.max(...there.map(([name]) => name.length));
  return there.map(([name, fact]) => `${name.padEnd(width)}  ${fact}`).join("\n");
}
