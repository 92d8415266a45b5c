import { readdir, readFile } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import ts from "@tsd/typescript";
import { describe, expect, it } from "vitest";
import { ROOMS } from "./rooms.ts";

/** Style as a test: what a reader of src/ may rely on (CONTRIBUTING.md). */
const ROOT = resolve(import.meta.dirname, "../..");

const FILE_LINES_MAX = 250;
const FUNCTION_LINES_MAX = 60;
const PARAMETERS_MAX = 4;

/** Idioms that a reader whose first language is not English has to look up, and what says the same plainly. */
const BANNED: readonly (readonly [idiom: RegExp, instead: string])[] = [
  [/\b(?:is|are|was|were) told\b/i, "say who tells, or use a verb of its own"],
  [/\bcomes? to\b(?! an end)/i, "amounts to, becomes, totals"],
  [/\blooks? at\b/i, "reads, examines"],
  [/\bso many\b/i, "name the number"],
  [/\bmade up for\b|\bmade good\b/i, "replaced, repeated"],
  [/\bput back\b/i, "restored"],
  [/\bwhatever\b|\bwhoever\b|\bwhichever\b/i, "any, every"],
  [/\bnobody\b|\bsomebody\b/i, "no caller, no reader"],
  [/\bcomes? of it\b|\bstands? still\b|\bgoes on\b/i, "results, stops, continues"],
  [/\bmends?\b|\bmended\b/i, "repairs, corrects"],
];

interface Source {
  /** Path below src/. */
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** Files whose exports no file of ours need import: drizzle-kit reads the tables, callers of the package its face. */
const HAS_OTHER_USERS = /^store\/(?:.*\/)?tables\.ts$|^client\/index\.ts$/;

async function sources(folder: string, recursive = true): Promise<readonly Source[]> {
  const entries = await readdir(join(ROOT, folder), { recursive, withFileTypes: true });
  const code = entries.filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]s)$/.test(entry.name));
  return Promise.all(
    code.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      const file = relative(join(ROOT, folder), path).split(sep).join("/");
      const text = await readFile(path, "utf8");
      return { file, text, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
    }),
  );
}

const src = await sources("src");

function* nodes(root: ts.Node): Generator<ts.Node> {
  const waiting: ts.Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    node.forEachChild((child) => void waiting.push(child));
  }
}

type Function = ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration;

const isFunction = (node: ts.Node): node is Function =>
  ts.isFunctionDeclaration(node) ||
  ts.isFunctionExpression(node) ||
  ts.isArrowFunction(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node);

function lineOf({ tree }: Source, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1;
}

const functions = src.flatMap((source) =>
  [...nodes(source.tree)].filter(isFunction).map((node) => {
    const from = lineOf(source, node.getStart(source.tree));
    return { node, where: `${source.file}:${from}`, lines: lineOf(source, node.end) - from + 1 };
  }),
);

/** The file below src/ that a relative specifier names. */
const targetOf = (file: string, specifier: string): string =>
  posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/^\.\.\/src\//, "");

/** What a file takes from others: names, or null for everything that the other exports. */
function importsOf({
  file,
  tree,
}: Source): readonly { readonly from: string; readonly names: readonly string[] | null }[] {
  return [...nodes(tree)].flatMap((node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      if (!node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return [];
      const bindings = ts.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
      const isList = bindings && (ts.isNamedImports(bindings) || ts.isNamedExports(bindings));
      const names = isList
        ? bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
        : null;
      return [{ from: targetOf(file, node.moduleSpecifier.text), names }];
    }
    const called = ts.isCallExpression(node) ? node.arguments[0] : undefined;
    const imported =
      ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) ? node.argument.literal : called;
    return imported && ts.isStringLiteral(imported) && imported.text.startsWith(".")
      ? [{ from: targetOf(file, imported.text), names: null }]
      : [];
  });
}

const isExported = (node: ts.Node): boolean =>
  ts.canHaveModifiers(node) &&
  (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);

/** The names that a file declares and exports; a type and a value of one name are one. */
function exportsOf({ tree }: Source): ReadonlySet<string> {
  const names = tree.statements.filter(isExported).flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.flatMap(({ name }) =>
        ts.isObjectBindingPattern(name)
          ? name.elements.map((element) => element.name.getText(tree))
          : [name.getText(tree)],
      );
    }
    const { name } = statement as ts.DeclarationStatement;
    return name ? [name.getText(tree)] : [];
  });
  return new Set(names);
}

/** Comments of a file, each with its line. */
function commentsOf(source: Source): readonly { readonly line: number; readonly text: string }[] {
  const found = new Map<number, string>();
  for (const node of nodes(source.tree)) {
    for (const range of [
      ...(ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source.text, node.end) ?? []),
    ]) {
      found.set(range.pos, source.text.slice(range.pos, range.end));
    }
  }
  return [...found].map(([position, text]) => ({ line: lineOf(source, position), text }));
}

/** Texts that a person reads: string literals with a space in them, and templates. */
function textsOf(source: Source): readonly { readonly line: number; readonly text: string }[] {
  return [...nodes(source.tree)]
    .filter((node) => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
    .map((node) => ({ line: lineOf(source, node.getStart(source.tree)), text: node.getText(source.tree) }))
    .filter(({ text }) => text.includes(" "));
}

describe("a file of src/", () => {
  it(`has at most ${FILE_LINES_MAX} lines`, () => {
    const long = src.map(({ file, text }) => ({ file, lines: text.trimEnd().split("\n").length }));
    expect(long.filter(({ lines }) => lines > FILE_LINES_MAX)).toEqual([]);
  });

  it("imports no file that imports it, by values or by types, directly or through others", () => {
    const graph = new Map(src.map((source) => [source.file, importsOf(source).map(({ from }) => from)]));
    const circular = [...graph.keys()].filter((start) => {
      const seen = new Set<string>();
      const next = [...(graph.get(start) ?? [])];
      for (let file = next.pop(); file !== undefined; file = next.pop()) {
        if (file === start) return true;
        if (!seen.has(file)) next.push(...(graph.get(file) ?? []));
        seen.add(file);
      }
      return false;
    });
    expect(circular).toEqual([]);
  });

  it("exports only what another file uses", async () => {
    const fromRoot = (folder: string, found: readonly Source[]) =>
      found.map((source) => ({ ...source, file: `../${folder}${source.file}` }));
    const users = [
      ...src,
      ...fromRoot("test/", await sources("test")),
      ...fromRoot("", await sources(".", false)),
    ];
    const used = new Map<string, Set<string> | null>();
    for (const { from, names } of users.flatMap(importsOf)) {
      const before = used.get(from);
      if (names === null || before === null) used.set(from, null);
      else used.set(from, new Set([...(before ?? []), ...names]));
    }
    const unused = src.flatMap((source) => {
      const names = used.get(source.file);
      return names === null || HAS_OTHER_USERS.test(source.file)
        ? []
        : [...exportsOf(source)].filter((name) => !names?.has(name)).map((name) => `${source.file}: ${name}`);
    });
    expect(unused).toEqual([]);
  });

  it("exports no name that a file of another room exports too", () => {
    const roomOf = (file: string) => file.split("/")[0] ?? "";
    const files = new Map<string, string[]>();
    for (const source of src) {
      for (const name of exportsOf(source)) files.set(name, [...(files.get(name) ?? []), source.file]);
    }
    const twice = [...files].filter(([, where]) => new Set(where.map(roomOf)).size > 1);
    expect(twice.map(([name, where]) => `${name}: ${where.join(", ")}`)).toEqual([]);
  });
});

describe("a function of src/", () => {
  it(`has at most ${FUNCTION_LINES_MAX} lines`, () => {
    const long = functions.filter(({ lines }) => lines > FUNCTION_LINES_MAX);
    expect(long.map(({ where, lines }) => `${where}: ${lines}`)).toEqual([]);
  });

  it(`takes at most ${PARAMETERS_MAX} parameters, or one object`, () => {
    const wide = functions.filter(({ node }) => node.parameters.length > PARAMETERS_MAX);
    expect(wide.map(({ where, node }) => `${where}: ${node.parameters.length}`)).toEqual([]);
  });
});

describe("a room of src/", () => {
  it("is in the table of docs/design.md, with exactly what it may import", async () => {
    const design = await readFile(join(ROOT, "docs/design.md"), "utf8");
    const [section = ""] = design.split("\n## Rooms\n").at(1)?.split("\n## ") ?? [];
    const rows = [...section.matchAll(/^\| `([\w.]+)\/?` \|.*\| (.+) \|$/gm)];
    const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    const documented = rows.map(([, room = "", cell = ""]) => [room, namesIn(cell)]);
    expect(Object.fromEntries(documented)).toEqual(ROOMS);
  });
});

describe("a comment of src/", () => {
  it("names only files that exist", async () => {
    const known = new Set(src.map(({ file }) => file));
    const tests = new Set((await sources("test")).map(({ file }) => `test/${file}`));
    const isThere = (path: string) =>
      tests.has(path) ||
      known.has(path.replace(/^src\//, "")) ||
      [...known].some((file) => file.endsWith(`/${path}`));
    const missing = src.flatMap((source) =>
      commentsOf(source).flatMap(({ line, text }) =>
        [...text.matchAll(/(?<![\w/.@-])(?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs)\b/g)]
          .filter(([path]) => !isThere(path))
          .map(([path]) => `${source.file}:${line}: ${path}`),
      ),
    );
    expect(missing).toEqual([]);
  });
});

describe("the words of src/", () => {
  it("are plain", () => {
    const found = src.flatMap((source) =>
      [...commentsOf(source), ...textsOf(source)].flatMap(({ line, text }) =>
        BANNED.filter(([idiom]) => idiom.test(text)).map(
          ([idiom, instead]) => `${source.file}:${line}: ${idiom.exec(text)?.[0]} (better: ${instead})`,
        ),
      ),
    );
    expect([...new Set(found)]).toEqual([]);
  });
});
