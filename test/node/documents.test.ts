import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../src/contract/problems.ts";
import { SCOPES } from "../../src/contract/scopes.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const CODE_FOLDERS = ["src", "test", "migrations", ".github"];

/** A citation in a comment: `docs/api.md#errors`, or a whole page. */
const CITATION = /\bdocs\/[\w/.-]+\.md(?:#[\w-]+)?/g;
/** A link of a page: the target in `[text](target)`. */
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)).split(sep).join("/"));
}

async function pages(): Promise<ReadonlyMap<string, string>> {
  const top = (await readdir(ROOT)).filter((name) => name.endsWith(".md"));
  const below = (await filesBelow("docs")).filter((name) => name.endsWith(".md"));
  const read = [...top, ...below].map(
    async (name) => [name, await readFile(join(ROOT, name), "utf8")] as const,
  );
  return new Map(await Promise.all(read));
}

/** The anchors that GitHub gives the headings of a page: lower case, punctuation dropped, spaces as hyphens. */
function anchorsOf(page: string): ReadonlySet<string> {
  const withoutCode = page.replace(/^```[\s\S]*?^```/gm, "");
  const headings = [...withoutCode.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/ /g, "-"),
    ),
  );
}

/** What is wrong with a reference to `target`, a path from the root with an optional anchor. */
function broken(target: string, known: ReadonlyMap<string, string>, files: ReadonlySet<string>): boolean {
  const [path = "", anchor] = target.split("#");
  const page = known.get(path);
  if (page === undefined) return !files.has(path) || anchor !== undefined;
  return anchor !== undefined && !anchorsOf(page).has(anchor);
}

describe("the documents", () => {
  it("have every heading that a comment cites", async () => {
    const known = await pages();
    const code = (await Promise.all(CODE_FOLDERS.map(filesBelow))).flat();
    const names = [...code, "wrangler.toml", "vitest.config.ts", "drizzle.config.ts"];
    const cited = await Promise.all(
      names.map(async (name) => {
        const text = await readFile(join(ROOT, name), "utf8");
        return [...text.matchAll(CITATION)].map(([target]) => ({ name, target }));
      }),
    );
    const citations = cited.flat().filter(({ name }) => name !== "test/node/documents.test.ts");
    expect(citations.length).toBeGreaterThan(50);
    const dangling = citations.filter(({ target }) => broken(target, known, new Set()));
    expect(dangling.map(({ name, target }) => `${name} cites ${target}`)).toEqual([]);
  });

  it("link only to existing files and headings", async () => {
    const known = await pages();
    const folders = await Promise.all(["src", "test", "docs", "migrations", ".github"].map(filesBelow));
    const files = new Set([...folders.flat(), ...(await readdir(ROOT))]);
    const links = [...known].flatMap(([name, text]) =>
      [...text.matchAll(LINK)]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .map((target) => {
          const full = target.startsWith("#") ? `${name}${target}` : posix.join(posix.dirname(name), target);
          return { name, target, full: full.replace(/\/$/, "") };
        }),
    );
    const isFolder = (path: string) => [...files].some((file) => file.startsWith(`${path}/`));
    const dangling = links.filter(({ full }) => !isFolder(full) && broken(full, known, files));
    expect(dangling.map(({ name, target }) => `${name} links to ${target}`)).toEqual([]);
  });

  it("name no heading twice in a page, so that each anchor leads to one place", async () => {
    for (const [name, text] of await pages()) {
      const headings = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6} (.+)$/gm)];
      if (name !== "CHANGELOG.md") expect(anchorsOf(text).size, name).toBe(headings.length);
    }
  });

  it("name every stored table, problem code and scope", async () => {
    const known = await pages();
    const migrations = await Promise.all(
      (await filesBelow("migrations"))
        .filter((name) => name.endsWith(".sql"))
        .map((name) => readFile(join(ROOT, name), "utf8")),
    );
    const tables = [...migrations.join("\n").matchAll(/CREATE TABLE `(\w+)`/g)].map(([, name = ""]) => name);
    expect(tables.length).toBeGreaterThan(15);
    const missing = (page: string, names: readonly string[]) =>
      names
        .filter((name) => !known.get(page)?.includes(`\`${name}\``))
        .map((name) => `${page} lacks ${name}`);
    expect([
      ...missing("docs/design.md", tables),
      ...missing("docs/api.md", Object.keys(PROBLEMS)),
      ...missing("docs/api.md", SCOPES),
    ]).toEqual([]);
  });
});
