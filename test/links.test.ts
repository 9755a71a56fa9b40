import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "..");
const pages = ["README.md", "CONTRIBUTING.md", ...new Glob("docs/**/*.md").scanSync(root)];

/** A heading as links name it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsIn = (path: string) => Array.from(readFileSync(path, "utf8").matchAll(/^#+ (.*)$/gm), ([, heading = ""]) => anchorOf(heading));

test("every link from page to page leads to a file that is there, and to a heading that it has", () => {
  const broken: string[] = [];
  let count = 0;
  for (const page of pages) {
    for (const [, link = ""] of readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      count += 1;
      const [path = "", anchor] = link.split("#");
      const to = path === "" ? join(root, page) : join(root, dirname(page), path);
      if (!existsSync(to) || (anchor !== undefined && !anchorsIn(to).includes(anchor))) broken.push(`${page}: ${link}`);
    }
  }
  expect(count).toBeGreaterThan(50);
  expect(broken).toEqual([]);
});
