/** What proves a close (data-model.md §8); members in the order in which they are stored. */
export type Evidence = {
  type: string;
  sha?: string;
  url?: string;
  command?: string;
  paths?: string[];
  rationale?: string;
  issue_ref?: string;
};
