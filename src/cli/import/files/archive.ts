import type { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { Unreadable } from "./unreadable.ts";

/** The most bytes that a file may have when it is unpacked. */
const UNPACKED_BYTES_MAX = 4 * 2 ** 30;

/** What systems put into archives beside the files. */
const BY_THE_WAY = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/;

/** An open zip file, which a workbook is too. */
export class Archive {
  readonly name: string;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(name: string, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.name = name;
    this.#zip = zip;
    this.#entries = entries;
  }

  static async open(path: string, name: string): Promise<Archive> {
    try {
      const zip = await openPromise(path, { autoClose: false });
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      return new Archive(name, zip, entries);
    } catch (error) {
      throw broken(name, error);
    }
  }

  close(): void {
    this.#zip.close();
  }

  /** The files in the archive, without folders and what a system added. */
  get files(): readonly string[] {
    return [...this.#entries.keys()].filter((name) => !name.endsWith("/") && !BY_THE_WAY.test(name));
  }

  /** The bytes of a file; checks its length and checksum. Null: there is no such file. */
  async bytes(path: string): Promise<AsyncGenerator<Buffer> | null> {
    const entry = this.#entries.get(path);
    if (entry === undefined) return null;
    if (entry.uncompressedSize > UNPACKED_BYTES_MAX) throw tooLarge(this.name);
    if (entry.isEncrypted()) throw new Unreadable(`${this.name} has a password: save it without one.`);
    try {
      return checked(this.name, entry, await this.#zip.openReadStreamPromise(entry));
    } catch (error) {
      throw broken(this.name, error);
    }
  }
}

async function* checked(name: string, entry: Entry, stream: Readable): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw broken(name, error);
  } finally {
    stream.destroy();
  }
  if (sum !== entry.crc32) throw broken(name, `the checksum of ${entry.fileName} is wrong`);
}

/** Unpacked bytes up to the limit. */
export async function* withinLimit(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > UNPACKED_BYTES_MAX) throw tooLarge(name);
    yield chunk;
  }
}

const tooLarge = (name: string) =>
  new Unreadable(`${name} has more than 4 GB when it is unpacked: split it.`);

export const broken = (name: string, error: unknown): Unreadable =>
  error instanceof Unreadable
    ? error
    : new Unreadable(
        `${name} is a broken archive: ${String(error instanceof Error ? error.message : error).replace(/\.+$/, "")}.`,
      );
