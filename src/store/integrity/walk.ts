import type { SQL } from "drizzle-orm";
import type { FigurePlace, FigureStep } from "../../domain/figure-walk.ts";
import type { PlacedFinding } from "../../domain/ledger/integrity.ts";
import type { Database } from "../d1/session.ts";
import { queryAll } from "../d1/statement.ts";
import { endOfDays, sumsOfDays } from "./days.ts";
import { toFindings } from "./finding.ts";
import { compareLoanStep } from "./loan-step.ts";
import { endOfEvents, listsOfEntries, marksOfEntries, partsOfEntries, rowsOfEvents } from "./log.ts";
import {
  BANK_BALANCES,
  endOfRows,
  findingsOfRows,
  type KeyedTable,
  PARTS,
  SETTLEMENTS,
  settingFindings,
} from "./rows.ts";

type Key = FigurePlace["after"];

/** A part of a walk's step: what it found, and the key at which it ended, null at the step's end. */
export interface ComparedFigures {
  readonly findings: readonly PlacedFinding[];
  readonly end: Key | null;
  /** The loans that it compared, if these are its figures. */
  readonly loans: readonly string[];
}

/** The calls that a part of a step makes: one finds where it ends, and one compares what lies before, at one moment. */
export const CALLS_OF_A_FIGURE_STEP = 2;

/** The figures between two keys, null at the end: then all that follow, so that each step ends while figures are added. */
interface Step {
  readonly end: (tenant: string, after: Key) => SQL;
  readonly compare: (tenant: string, after: Key, end: Key | null) => readonly SQL[];
}

const LOANS_A_STEP = 100;

const ofTable = (table: KeyedTable): Step => ({
  end: (tenant, after) => endOfRows(table, tenant, after),
  compare: (tenant, after, end) => [findingsOfRows(table, tenant, { after, end })],
});

const STEPS: Readonly<Record<Exclude<FigureStep, "loans" | "settings">, Step>> = {
  log: {
    end: (tenant, [after = 0]) => endOfEvents(tenant, Number(after)),
    compare(tenant, [after = 0], end) {
      const [last = null] = end ?? [];
      const range = { after: Number(after), end: last === null ? null : Number(last) };
      return [listsOfEntries, marksOfEntries, partsOfEntries, rowsOfEvents].map((of) => of(tenant, range));
    },
  },
  days: {
    end: (tenant, [after = ""]) => endOfDays(tenant, String(after)),
    compare(tenant, [after = ""], end) {
      const [last = null] = end ?? [];
      return [sumsOfDays(tenant, String(after), last === null ? null : String(last))];
    },
  },
  settlements: ofTable(SETTLEMENTS),
  parts: ofTable(PARTS),
  banks: ofTable(BANK_BALANCES),
};

/** Compares the next figures of a walk with the log and the journal. */
export async function compareFigures(
  db: Database,
  tenant: string,
  { step, after }: FigurePlace,
  counted: <T>(work: Promise<T>) => Promise<T>,
): Promise<ComparedFigures> {
  if (step === "loans") {
    const [from = ""] = after;
    const { loans, isEnd, findings } = await counted(compareLoanStep(db, tenant, String(from), LOANS_A_STEP));
    const last = loans.at(-1);
    return { findings, end: isEnd || last === undefined ? null : [last], loans };
  }
  if (step === "settings") {
    const rows = await counted(queryAll(db, [settingFindings(tenant)]));
    return { findings: rows.flatMap(toFindings), end: null, loans: [] };
  }
  const { end: endOf, compare } = STEPS[step];
  const [ends = []] = await counted(queryAll(db, [endOf(tenant, after)]));
  const end = keyOf(ends[0]?.end);
  const rows = await counted(queryAll(db, compare(tenant, after, end)));
  return { findings: rows.flatMap(toFindings), end, loans: [] };
}

/** The key that a query of a step's end answered: one value, or a JSON array of several. */
function keyOf(end: unknown): Key | null {
  if (typeof end === "number") return [end];
  if (typeof end !== "string") return null;
  return end.startsWith("[") ? JSON.parse(end) : [end];
}
