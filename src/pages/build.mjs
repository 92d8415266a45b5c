// @ts-check
// Builds the static pages into one folder, which git ignores and which holds nothing else. wrangler runs this before
// `dev` and `deploy` ([build] in wrangler.toml). It is plain JavaScript, so it runs on any Node that starts wrangler.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const PROJECT_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const OUT = join(PROJECT_ROOT, "dist/pages");

/**
 * The pages: the name under which src/routes/pages.ts serves each, and its HTML (docs/pages.md#add-a-page). In the
 * HTML, `src` and `href` that begin with `./` name files beside it, those that begin with `npm:` files of a package.
 * @type {Readonly<Record<string, string>>}
 */
const PAGES = { home: "src/home/index.html", console: "src/console/index.html", docs: "src/docs/index.html" };

/** Generate the OpenAPI document and the schema of mappings. They are TypeScript, so they are bundled before they run. */
const REFERENCE_SOURCE = join(PROJECT_ROOT, "src/reference/document.ts");
const MAPPING_SOURCE = join(PROJECT_ROOT, "src/contract/tape/mapping.ts");

/** Scripts and styles are bundled. Other files that a page names, and files of packages, are copied. */
const BUNDLED = [".ts", ".css"];
const REFERENCE = /\b(src|href)="(\.\/|npm:)([^"]+)"/g;

/**
 * Cloudflare's `_headers` file: headers of what is served without the Worker. A name contains the hash of its content,
 * so browsers may cache the file permanently. Each file has a rule, because one for `/assets/*` would also cache a 404.
 * @param {readonly string[]} paths
 */
const headersOf = (paths) =>
  paths
    .map(
      (path) => `/${path}
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
  Cross-Origin-Resource-Policy: same-origin
`,
    )
    .join("");

/**
 * @param {string} name
 * @param {Uint8Array} content
 */
function hashedName(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  const extension = extname(name);
  return `${name.slice(0, name.length - extension.length)}-${hash}${extension}`;
}

/** @param {string} file */
async function bundle(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2023",
    legalComments: "inline",
    write: false,
    outdir: OUT,
    logLevel: "warning",
  });
  const [output] = outputFiles;
  if (output === undefined || outputFiles.length > 1) throw new Error(`${file} must become one file`);
  return output.contents;
}

/**
 * The files of one page, by their path in the folder.
 * @param {string} page
 * @param {string} htmlFile
 * @returns {Promise<ReadonlyMap<string, Uint8Array>>}
 */
async function filesOf(page, htmlFile) {
  const html = await readFile(join(PROJECT_ROOT, htmlFile), "utf8");
  /** @type {Map<string, Uint8Array>} */
  const files = new Map();
  /** @type {Map<string, string>} */
  const addresses = new Map();
  for (const [, , kind, name = ""] of html.matchAll(REFERENCE)) {
    const file = join(PROJECT_ROOT, kind === "npm:" ? "node_modules" : dirname(htmlFile), name);
    const bundled = kind !== "npm:" && BUNDLED.includes(extname(name));
    const content = bundled ? await bundle(file) : await readFile(file);
    const plainName = `${page}-${name.replaceAll("@", "").replaceAll("/", "-")}`.replace(/\.ts$/, ".js");
    const path = `assets/${hashedName(plainName, content)}`;
    files.set(path, content);
    addresses.set(`${kind}${name}`, `/${path}`);
  }
  const built = html.replace(REFERENCE, (_, attribute, kind, name) => {
    return `${attribute}="${addresses.get(`${kind}${name}`)}"`;
  });
  return files.set(`${page}.html`, Buffer.from(built));
}

/**
 * Writes a file atomically, and only when it changes: several builds may run at once, and wrangler reloads on every
 * write.
 * @param {string} out
 * @param {string} path
 * @param {Uint8Array} content
 */
async function put(out, path, content) {
  const file = join(out, path);
  const before = await readFile(file).catch(() => null);
  if (before !== null && Buffer.compare(before, content) === 0) return;
  await mkdir(dirname(file), { recursive: true });
  // Outside the folder, so that no half-written file is served or uploaded.
  const half = join(dirname(out), `.${randomUUID()}`);
  await writeFile(half, content);
  await rename(half, file);
}

/**
 * What a TypeScript file exports.
 * @param {string} file
 */
async function moduleOf(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
    logLevel: "warning",
  });
  const source = Buffer.from(outputFiles[0]?.contents ?? []).toString("base64");
  return import(`data:text/javascript;base64,${source}`);
}

/**
 * The OpenAPI document, generated from the schemas that validate.
 * @returns {Promise<Uint8Array>}
 */
async function reference() {
  const { referenceDocument } = await moduleOf(REFERENCE_SOURCE);
  const { version } = JSON.parse(await readFile(join(PROJECT_ROOT, "package.json"), "utf8"));
  return Buffer.from(JSON.stringify(referenceDocument(version)));
}

/** @returns {Promise<Uint8Array>} */
async function schemaOfMappings() {
  const { mappingSchema } = await moduleOf(MAPPING_SOURCE);
  return Buffer.from(JSON.stringify(mappingSchema()));
}

/**
 * Builds every page; resolves once the folder holds them and nothing else.
 * @param {string} out
 */
export async function buildPages(out = OUT) {
  const pages = await Promise.all(Object.entries(PAGES).map(([page, html]) => filesOf(page, html)));
  const files = new Map(pages.flatMap((page) => [...page]));
  const documents = ["openapi.json", "schemas/mapping.json"];
  files.set("openapi.json", await reference());
  files.set("schemas/mapping.json", await schemaOfMappings());
  const html = [...files.keys()].filter((path) => path.endsWith(".html"));
  const assets = [...files.keys()].filter((path) => path.startsWith("assets/"));
  files.set("_headers", Buffer.from(headersOf(assets)));
  // Pages come last, because they name the other files.
  for (const path of [...assets, "_headers", ...documents, ...html])
    await put(out, path, files.get(path) ?? Buffer.of());
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    if (!files.has(relative(out, file).replaceAll("\\", "/"))) await rm(file, { force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildPages();
