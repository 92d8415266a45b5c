import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Archive, broken, withinLimit } from "./archive.ts";
import { Unreadable } from "./unreadable.ts";

/** A file as it can be read: text of some encoding, or a workbook. */
export interface Unpacked {
  readonly kind: "text" | "workbook";
  readonly path: string;
}

interface UnpackOptions {
  /** The name of the file for a person. */
  readonly name: string;
  /** The file of an archive, or the sheet of a workbook. */
  readonly sheet: string | null;
  /** A folder for what is unpacked. */
  readonly scratch: string;
}

/** A zip in a zip, a workbook in a zip: no more. */
const DEPTH_MAX = 3;

type Format = "gzip" | "zip" | "text" | { readonly unreadable: string };

/** Formats by their first bytes. */
const SIGNATURES: readonly (readonly [first: string, format: Format])[] = [
  ["\x1f\x8b", "gzip"],
  ["PK\x03\x04", "zip"],
  ["PK\x05\x06", "zip"],
  [
    "\xd0\xcf\x11\xe0",
    { unreadable: "is an old or a protected Excel file: save it as .xlsx without a password, or as CSV" },
  ],
  ["%PDF", { unreadable: "is a PDF: export the table as .xlsx or CSV" }],
  ["\x28\xb5\x2f\xfd", { unreadable: "is packed by zstd: unpack it first" }],
  ["7z\xbc\xaf", { unreadable: "is packed by 7-Zip: unpack it first" }],
  ["BZh", { unreadable: "is packed by bzip2: unpack it first" }],
  ["PAR1", { unreadable: "is a Parquet file: export it as CSV" }],
];

async function formatOf(path: string): Promise<Format> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const first = buffer.toString("latin1", 0, bytesRead);
    return SIGNATURES.find(([signature]) => first.startsWith(signature))?.[1] ?? "text";
  } finally {
    await handle.close();
  }
}

/** Unpacks gzip and zip into the scratch folder; plain files stay where they are. Throws `Unreadable`. */
export async function unpack(path: string, options: UnpackOptions, depth = 0): Promise<Unpacked> {
  const { name } = options;
  const format = await formatOf(path);
  if (format === "text") return { kind: "text", path };
  if (typeof format === "object") throw new Unreadable(`${name} ${format.unreadable}.`);
  if (depth === DEPTH_MAX)
    throw new Unreadable(`${name} is packed more than ${DEPTH_MAX} times: unpack it first.`);
  const inner = format === "gzip" ? await unzipped(path, options) : await chosenFile(path, options);
  return inner === null ? { kind: "workbook", path } : await unpack(inner, options, depth + 1);
}

function unzipped(path: string, options: UnpackOptions): Promise<string> {
  const packed = createReadStream(path);
  const bytes = packed.pipe(createGunzip());
  packed.once("error", (error) => bytes.destroy(error));
  return spool(bytes, options);
}

/** The unpacked file of an archive; null for a workbook, which is an archive too. */
async function chosenFile(path: string, options: UnpackOptions): Promise<string | null> {
  const archive = await Archive.open(path, options.name);
  try {
    if (archive.files.includes("[Content_Types].xml")) return null;
    const file = fileOf(archive, options.sheet);
    const bytes = await archive.bytes(file);
    if (bytes === null) throw new Unreadable(`${options.name} has no ${file}.`);
    return await spool(bytes, options);
  } finally {
    archive.close();
  }
}

function fileOf({ name, files }: Archive, sheet: string | null): string {
  if (sheet !== null && files.includes(sheet)) return sheet;
  const [only] = files;
  if (only !== undefined && files.length === 1) return only;
  const names = files.slice(0, 10).join(", ");
  const found =
    files.length === 0
      ? "has no file"
      : `has ${files.length} files: name one of them with --sheet (${names})`;
  throw new Unreadable(`${name} ${found}.`);
}

async function spool(bytes: AsyncIterable<Buffer>, { name, scratch }: UnpackOptions): Promise<string> {
  const path = join(scratch, `unpacked-${randomUUID()}`);
  try {
    await pipeline(Readable.from(withinLimit(bytes, name), { objectMode: false }), createWriteStream(path));
    return path;
  } catch (error) {
    throw broken(name, error);
  }
}
