import type { Category } from "../../domain/tape/fields.ts";
import type { ServiceOptions } from "../service.ts";

export interface ImportOptions extends ServiceOptions {
  /** Paths; `-` is standard input. */
  readonly files: readonly string[];
  readonly category: Category | undefined;
  readonly map: ReadonlyMap<string, string>;
  readonly concurrency: number;
  readonly checkpoint: string | undefined;
  readonly report: string | undefined;
  readonly dryRun: boolean;
  readonly inOrder: boolean;
}
