import { PagesError } from "../export/csv-pages.ts";
import { getComplete } from "../read/get.ts";
import type { Service } from "../service.ts";

type Parameters = readonly (readonly [name: string, value: string])[];

/** How often a busy service is asked again. */
const TRIES = 20;
const LINES_OF_A_PAGE = "200";

interface Page {
  readonly data: readonly object[];
  readonly pagination: { readonly next_cursor?: string; readonly listed_all?: boolean };
}

/** The questions of one report: all as of one day, and from what the log held at one sequence. Failures are `PagesError`. */
export class Questions {
  readonly #service: Service;
  /** A sequence of the log. */
  readonly knownAt: string;

  private constructor(service: Service, knownAt: string) {
    this.#service = service;
    this.knownAt = knownAt;
  }

  /** Questions about what the log holds now. */
  static async about(service: Service): Promise<Questions> {
    const path = "/api/positions?sort_by=disbursement_id&limit=1";
    const found = await getComplete<{ readonly pagination: { readonly to_sequence: unknown } }>(
      service,
      path,
      TRIES,
    );
    if (!found.ok) throw new PagesError(found.error);
    return new Questions(service, String(found.value.pagination.to_sequence));
  }

  async ask<T>(path: string, parameters: Parameters): Promise<T> {
    const query = new URLSearchParams([...parameters.map((one) => [...one]), ["known_at", this.knownAt]]);
    const found = await getComplete<T>(this.#service, `${path}?${query}`, TRIES);
    if (!found.ok) throw new PagesError(found.error);
    return found.value;
  }

  /** The rows of a list, page after page. With `orUnbounded` a list that would end early is read in that order instead. */
  async *rows(path: string, parameters: Parameters, orUnbounded: Parameters = []): AsyncGenerator<object> {
    const start: Parameters = [...parameters, ["limit", LINES_OF_A_PAGE]];
    let page = await this.ask<Page>(path, start);
    let order: Parameters = [];
    if (page.pagination.listed_all === false) {
      order = orUnbounded;
      page = await this.ask<Page>(path, [...start, ...order]);
    }
    for (;;) {
      yield* page.data;
      const { next_cursor } = page.pagination;
      if (next_cursor === undefined) return;
      page = await this.ask<Page>(path, [...start, ...order, ["cursor", next_cursor]]);
    }
  }
}
