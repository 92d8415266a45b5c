import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { LRUCache } from "lru-cache";
import { readWhole, unescaped } from "./xml.ts";

const REMEMBERED_MAX = 2_000;
const BLOCK_BYTES = 32_768;

/**
 * The texts that the cells of a workbook share, on disk: a workbook may have more of them than fit into memory. Cells name them
 * mostly in their order, so they are read in blocks.
 */
export class SharedStrings {
  readonly #file: number;
  /** Where each text begins in the file; the last one is where the file ends. */
  #places = new Float64Array(1024);
  #count = 0;
  #written = 0;
  #unwritten: Buffer[] = [];
  #unwrittenBytes = 0;
  readonly #remembered = new LRUCache<number, string>({ max: REMEMBERED_MAX });
  #block = Buffer.of();
  #blockStart = 0;

  private constructor(file: number) {
    this.#file = file;
  }

  static async read(
    bytes: AsyncIterable<Buffer> | null,
    name: string,
    scratch: string,
  ): Promise<SharedStrings> {
    const strings = new SharedStrings(openSync(join(scratch, `strings-${crypto.randomUUID()}`), "wx+"));
    let [text, isText, phonetic] = ["", false, 0];
    if (bytes) {
      await readWhole(bytes, name, {
        open: (tag) => {
          if (tag === "si") text = "";
          else if (tag === "rPh") phonetic += 1;
          else if (tag === "t") isText = phonetic === 0;
        },
        text: (more) => {
          if (isText) text += more;
        },
        close: (tag) => {
          if (tag === "t") isText = false;
          else if (tag === "rPh") phonetic -= 1;
          else if (tag === "si") strings.#add(unescaped(text));
        },
      });
    }
    strings.#flush();
    return strings;
  }

  #add(text: string): void {
    if (this.#count + 2 > this.#places.length) {
      const more = new Float64Array(this.#places.length * 2);
      more.set(this.#places);
      this.#places = more;
    }
    const bytes = Buffer.from(text);
    this.#count += 1;
    this.#places[this.#count] = (this.#places[this.#count - 1] ?? 0) + bytes.length;
    this.#unwritten.push(bytes);
    this.#unwrittenBytes += bytes.length;
    if (this.#unwrittenBytes > BLOCK_BYTES) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#unwritten);
    for (let from = 0; from < bytes.length; ) {
      from += writeSync(this.#file, bytes, from, bytes.length - from, this.#written + from);
    }
    this.#written += bytes.length;
    [this.#unwritten, this.#unwrittenBytes] = [[], 0];
  }

  /** The text of an index; undefined for one that the workbook does not have. */
  at(index: number): string | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    const known = this.#remembered.get(index);
    if (known !== undefined) return known;
    const [start = 0, end = 0] = this.#places.subarray(index, index + 2);
    if (start < this.#blockStart || end > this.#blockStart + this.#block.length)
      this.#load(start, end - start);
    const text = this.#block.toString("utf8", start - this.#blockStart, end - this.#blockStart);
    this.#remembered.set(index, text);
    return text;
  }

  #load(start: number, bytes: number): void {
    const block = Buffer.alloc(Math.max(BLOCK_BYTES, bytes));
    let length = 0;
    for (;;) {
      const read = readSync(this.#file, block, length, block.length - length, start + length);
      length += read;
      if (read === 0 || length === block.length) break;
    }
    [this.#block, this.#blockStart] = [block.subarray(0, length), start];
  }

  close(): void {
    closeSync(this.#file);
  }
}
