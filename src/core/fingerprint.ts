import type { LinkType } from "./event.ts";

export type FingerprintLink = { type: LinkType; to_id: number; incoming: boolean };

/**
 * What an idempotency key stands for, as text: the request, brought to a normal form (data-model.md §5). Its hash is the
 * fingerprint. Links name row ids, so it does not travel between databases.
 */
export function fingerprintText(request: {
  title: string;
  body: string;
  owner: string | undefined;
  labels: readonly string[];
  links: readonly FingerprintLink[];
  priority: number | undefined;
}): string {
  const lines = [
    `title=${canonical(request.title)}`,
    `body=${canonical(request.body)}`,
    `owner=${canonical(request.owner ?? "")}`,
    `labels=${[...request.labels].sort().join(",")}`,
    `links=${canonical(JSON.stringify(links(request.links)))}`,
  ];
  if (request.priority !== undefined) lines.push(`priority=${request.priority}`);
  return lines.join("\n");
}

function canonical(text: string): string {
  return text.normalize("NFC").trim().replaceAll(/\s+/gu, " ");
}

type Written = { type: LinkType; other_number: number; incoming?: true };

function links(given: readonly FingerprintLink[]): Written[] {
  const distinct = new Map<string, Written>();
  for (const { type, to_id, incoming } of given) {
    const link: Written = { type, other_number: to_id, ...(incoming && type !== "related" && { incoming: true as const }) };
    distinct.set(JSON.stringify(link), link);
  }
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...distinct.values()].sort(
    (a, b) => order(a.type, b.type) || a.other_number - b.other_number || Number(a.incoming ?? false) - Number(b.incoming ?? false),
  );
}
