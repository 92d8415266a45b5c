import type { Day } from "../../domain/core/dates.ts";
import { PagesError } from "../export/csv-pages.ts";
import { EXIT, failed, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { Questions } from "./questions.ts";
import { reportSheets } from "./sheets.ts";
import { writeWorkbook } from "./workbook.ts";

export interface WorkbookOptions extends ServiceOptions {
  readonly asOf: Day;
  readonly facility: string | undefined;
  /** The file that is written. */
  readonly out: string;
}

/** Writes all reports of a day as one workbook. Resolves with the exit code. */
export async function writeReport({ asOf, facility, out, ...options }: WorkbookOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  try {
    const questions = await Questions.about(service.value);
    await writeWorkbook(out, await reportSheets(questions, { asOf, facility }));
    console.error(`Wrote ${out}: as of ${asOf}, known at ${questions.knownAt}`);
    return EXIT.done;
  } catch (error) {
    if (error instanceof PagesError) return report(error.failure);
    if (isFileError(error)) return report(failed(`${out} cannot be written: ${error.message}`));
    throw error;
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && "path" in error;
