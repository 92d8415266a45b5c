import type { Category } from "../../domain/tape/fields.ts";
import type { ServiceOptions } from "../service.ts";
import type { DecimalSign } from "./values/number.ts";

/** How the files of a command are to be read. */
export interface ReadingOptions {
  readonly category: Category | undefined;
  readonly map: ReadonlyMap<string, string>;
  /** The path of a mapping file. */
  readonly mapping: string | undefined;
  readonly encoding: string | undefined;
  readonly delimiter: string | undefined;
  readonly columns: readonly string[] | undefined;
  readonly sheet: string | undefined;
  readonly decimal: DecimalSign | undefined;
  readonly dateFormat: string | undefined;
}

export interface ImportOptions extends ServiceOptions, ReadingOptions {
  /** Paths; `-` is standard input. */
  readonly files: readonly string[];
  readonly concurrency: number;
  readonly checkpoint: string | undefined;
  readonly report: string | undefined;
  readonly dryRun: boolean;
  readonly inOrder: boolean;
  /** A record that exists gets what the file says differently. */
  readonly upsert: boolean;
}
