import type { ReportDimensions } from "../domain/core/settings.ts";
import { utf8Length } from "../domain/core/utf8.ts";
import type { WantedAttributes } from "../domain/position/attributes.ts";
import type { SelectableLoan } from "../domain/position/from-records.ts";
import { packFacts, unpackFacts } from "../domain/position/packed.ts";
import type { Database } from "../store/d1/session.ts";
import { readListed } from "../store/position/listed-loans.ts";
import { type LoanPage, precedes, readLoans } from "../store/position/loans.ts";
import {
  FACTS_BYTES_MAX,
  freshPacking,
  PACKED_ROWS_OF_A_PAGE,
  type PackedRowOfPage,
  type Packing,
  packedPage,
  writePacked,
} from "../store/position/packings.ts";
import { membersOfPacking, packedAttributes } from "./packed-list.ts";

/** Stale disbursements that are read together. */
const STALE_OF_A_CALL = 100;

/**
 * A walk over the records as they are that reads packed facts, one row a disbursement, and packs what is stale or was never
 * packed (docs/design.md#packed-facts).
 */
export class PackedWalk {
  readonly #db: Database;
  readonly #tenant: string;
  /** All members of `info` that any report may use. */
  readonly #all: WantedAttributes;
  #packing: Packing | null;

  private constructor(db: Database, tenant: string, all: WantedAttributes, packing: Packing | null) {
    this.#db = db;
    this.#tenant = tenant;
    this.#all = all;
    this.#packing = packing;
  }

  static async open(db: Database, tenant: string, dimensions: ReportDimensions): Promise<PackedWalk> {
    const packing = await freshPacking(db, tenant, membersOfPacking(dimensions));
    return new PackedWalk(db, tenant, packedAttributes(dimensions), packing);
  }

  /** The next disbursements in the order of their ids. */
  async after(after: string): Promise<LoanPage | "too_large"> {
    const packing = this.#packing;
    if (packing === null) return readLoans(this.#db, this.#tenant, after, this.#all);
    const rows = await packedPage(this.#db, this.#tenant, after, packing);
    if (rows === null) {
      this.#packing = null;
      return this.after(after);
    }
    const last = rows.at(-1)?.disbursement_id;
    if (last !== undefined) return this.#fromPacked(packing, rows, last);
    return packing.filled_to === null
      ? { loans: [], end: null, rows: 0 }
      : this.#fromRows(packing, packing.filled_to, after);
  }

  async #fromPacked(
    packing: Packing,
    rows: readonly PackedRowOfPage[],
    end: string,
  ): Promise<LoanPage | "too_large"> {
    const stale = rows.flatMap(({ disbursement_id, facts }) => (facts === null ? [disbursement_id] : []));
    const read = await this.#readAnew(packing, stale);
    if (read === "too_large") return read;
    const loans = rows.flatMap(({ disbursement_id, facts }) =>
      facts === null ? (read.get(disbursement_id) ?? []) : [unpackFacts(disbursement_id, facts)],
    );
    const more = [...read.values()].reduce((sum, { loan }) => sum + rowsOf(loan), 0);
    const isLast = packing.filled_to === null && rows.length < PACKED_ROWS_OF_A_PAGE;
    return { loans, end: isLast ? null : end, rows: rows.length + more };
  }

  /** Reads stale disbursements from their rows and packs them. */
  async #readAnew(
    packing: Packing,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, SelectableLoan> | "too_large"> {
    const found = new Map<string, SelectableLoan>();
    for (let start = 0; start < ids.length; start += STALE_OF_A_CALL) {
      const some = ids.slice(start, start + STALE_OF_A_CALL);
      const read = await readListed(this.#db, this.#tenant, some, this.#all);
      if (read === "too_large") return read;
      for (const one of read.loans) found.set(one.loan.disbursement.disbursement_id, one);
      const gone = some.filter((id) => !found.has(id));
      // What is too large to be packed stays as it is.
      const rows = packedRows(read.loans).filter(({ facts }) => facts !== null);
      if (rows.length > 0 || gone.length > 0) {
        await writePacked(this.#db, this.#tenant, packing, { rows, gone, filled: null });
      }
    }
    return found;
  }

  /** Reads on where nothing is packed, and packs it if this follows what is. */
  async #fromRows(packing: Packing, filled: string, after: string): Promise<LoanPage | "too_large"> {
    // No live disbursement is between the two.
    const from = precedes(after, filled) ? filled : after;
    const page = await readLoans(this.#db, this.#tenant, from, this.#all);
    if (page === "too_large" || from !== filled) return page;
    const rows = packedRows(page.loans);
    await writePacked(this.#db, this.#tenant, packing, {
      rows,
      gone: [],
      filled: { from: filled, to: page.end },
    });
    this.#packing = { ...packing, filled_to: page.end };
    return page;
  }
}

const packedRows = (loans: readonly SelectableLoan[]): readonly PackedRowOfPage[] =>
  loans.map((one) => {
    const facts = packFacts(one);
    const { disbursement_id } = one.loan.disbursement;
    return { disbursement_id, facts: utf8Length(facts) > FACTS_BYTES_MAX ? null : facts };
  });

const rowsOf = ({ terms, payments }: SelectableLoan["loan"]): number => 1 + terms.length + payments.length;
