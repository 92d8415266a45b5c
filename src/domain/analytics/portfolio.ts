import type { Day } from "../core/dates.ts";
import type { Filters } from "../position/filters.ts";
import { byText } from "../position/order.ts";
import { restored, saved } from "../position/saved.ts";
import { addWeighed, noWeighedSums, type WeighedSums } from "./averages.ts";
import { ClientSums, type SavedClientSums } from "./client-sums.ts";
import { byGroup, type Group, type Grouping, groupOf } from "./dimensions.ts";
import type { Examined, Gatherer } from "./examined.ts";
import { onDay } from "./span.ts";
import { addPosition, noSums, type Sums } from "./sums.ts";

/** The sums of one currency and group as of one day. */
export interface PortfolioLine {
  readonly day: Day;
  readonly currency: string;
  readonly group: Group;
  readonly sums: Sums;
  readonly weighed: WeighedSums;
  /** The most outstanding principal of one client; null where there are too many clients to tell. */
  readonly largest: bigint | null;
}

interface GatheredLine extends Omit<PortfolioLine, "largest"> {
  readonly clients: ClientSums | null;
}

type SavedLine = Omit<GatheredLine, "clients"> & { readonly clients: SavedClientSums | null };

/** What a portfolio shows. */
interface PortfolioView {
  readonly day: Day;
  /** The month ends of a series. */
  readonly ends: readonly Day[];
  readonly grouping: Grouping;
  readonly filters: Filters;
}

/** The most lines of one portfolio: more do not fit into an isolate's memory. */
const LINES_MAX = 20_000;
/** The most clients that the lines have together. Beyond them the largest client of the last days stays unknown. */
const CLIENTS_MAX = 100_000;

/** Builds the portfolio of some days from the disbursements of a tenant, one after another. */
export class Portfolio implements Gatherer {
  readonly ends: readonly Day[];
  readonly #view: PortfolioView;
  readonly #days: readonly Day[];
  #lines: Map<string, GatheredLine>;
  /** The first days, of which clients are counted, and the number of clients. */
  #counted: number;
  #clients: number;

  constructor(view: PortfolioView, text: string | null = null) {
    this.#view = view;
    this.ends = view.ends;
    this.#days = [...new Set([view.day, ...view.ends])];
    const { lines, counted } = text === null ? this.#nothing() : restored<SavedPortfolio>(text);
    this.#counted = counted;
    const gathered = lines.map((line) => ({
      ...line,
      clients: line.clients && new ClientSums(line.clients),
    }));
    this.#lines = new Map(gathered.map((line) => [keyOf(line), line]));
    this.#clients = gathered.reduce((sum, { clients }) => sum + (clients?.size ?? 0), 0);
  }

  #nothing(): SavedPortfolio {
    return { lines: [], counted: this.#days.length };
  }

  /** Returns false when the portfolio has more lines than an answer may hold. */
  add(one: Examined): boolean {
    const { grouping, filters } = this.#view;
    if (!one.concerns(filters)) return true;
    const { disbursement } = one.loan;
    for (const [index, day] of this.#days.entries()) {
      const span = onDay(day);
      if (day < one.start || !one.isIn(filters, span)) continue;
      const line = this.#lineOf(
        { day, currency: disbursement.currency, group: groupOf(one, grouping, span) },
        index,
      );
      const position = one.positionAt(day);
      addPosition(line.sums, position);
      addWeighed(line.weighed, one, day);
      this.#clients += line.clients?.add(disbursement, position.outstanding_principal) ?? 0;
    }
    while (this.#clients > CLIENTS_MAX) this.#forgetClients();
    return this.#lines.size <= LINES_MAX;
  }

  #lineOf(place: Pick<PortfolioLine, "day" | "currency" | "group">, index: number): GatheredLine {
    const key = keyOf(place);
    const known = this.#lines.get(key);
    if (known) return known;
    const clients = index < this.#counted ? new ClientSums() : null;
    const line = { ...place, sums: noSums(), weighed: noWeighedSums(), clients };
    this.#lines.set(key, line);
    return line;
  }

  /** Counts no clients any more on the last of the days on which they were counted. */
  #forgetClients(): void {
    this.#counted -= 1;
    const day = this.#days[this.#counted];
    for (const [key, line] of this.#lines) {
      if (line.day !== day) continue;
      this.#clients -= line.clients?.size ?? 0;
      this.#lines.set(key, { ...line, clients: null });
    }
  }

  save(isComplete: boolean): string {
    const lines = [...this.#lines.values()].map(
      (line): SavedLine => ({ ...line, clients: line.clients?.save(isComplete) ?? null }),
    );
    return saved({ lines, counted: this.#counted });
  }

  /** The lines in the order of the days, then by currency, then by group (no group first). */
  lines(): readonly PortfolioLine[] {
    const lines = [...this.#lines.values()]
      .map(({ clients, ...line }) => ({ ...line, largest: clients?.largest ?? null }))
      .sort((a, b) => byText(a.currency, b.currency) || byGroup(a.group, b.group));
    const byDay = Map.groupBy(lines, ({ day }) => day);
    return this.#days.flatMap((day) => byDay.get(day) ?? []);
  }
}

interface SavedPortfolio {
  readonly lines: readonly SavedLine[];
  readonly counted: number;
}

const keyOf = ({ day, currency, group }: Pick<PortfolioLine, "day" | "currency" | "group">): string =>
  JSON.stringify([day, currency, group]);
