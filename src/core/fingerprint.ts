import type { LinkType } from "./event.ts";

export type FingerprintLink = { type: LinkType; to_id: number; incoming: boolean };

type Request = {
  title: string;
  body: string;
  owner: string | undefined;
  labels: readonly string[];
  links: readonly FingerprintLink[];
  priority: number | undefined;
};

/**
 * What an idempotency key stands for, as text: the request, brought to a normal form (data-model.md §5). Its hash is the
 * fingerprint. Links name row ids, so it does not travel between databases.
 */
export function fingerprintText(request: Request): string {
  return textWith(request, distinct(request.links));
}

/** The same as it was once made, when links that were given twice counted twice. */
export function formerFingerprintText(request: Request): string {
  return textWith(request, request.links);
}

function textWith(request: Request, links: readonly FingerprintLink[]): string {
  const lines = [
    `title=${canonical(request.title)}`,
    `body=${canonical(request.body)}`,
    `owner=${canonical(request.owner ?? "")}`,
    `labels=${[...request.labels].sort().join(",")}`,
    `links=${canonical(JSON.stringify(inOrder(links)))}`,
  ];
  if (request.priority !== undefined) lines.push(`priority=${request.priority}`);
  return lines.join("\n");
}

/** White space as Unicode has it: neither trim() nor \s knows NEL, and both take the byte order mark for it. */
function canonical(text: string): string {
  return text
    .normalize("NFC")
    .replaceAll(/\p{White_Space}+/gu, " ")
    .replaceAll(/^ | $/g, "");
}

const isIncoming = ({ type, incoming }: FingerprintLink) => incoming && type !== "related";

function distinct(links: readonly FingerprintLink[]): FingerprintLink[] {
  return [...new Map(links.map((link) => [`${link.type} ${link.to_id} ${isIncoming(link)}`, link])).values()];
}

function inOrder(links: readonly FingerprintLink[]) {
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...links]
    .sort((a, b) => order(a.type, b.type) || a.to_id - b.to_id || Number(isIncoming(a)) - Number(isIncoming(b)))
    .map((link) => ({ type: link.type, other_number: link.to_id, ...(isIncoming(link) && { incoming: true }) }));
}
