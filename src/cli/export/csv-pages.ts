import { type CommandFailure, failed } from "../failure.ts";
import { type Service, sentenceOf } from "../service.ts";

/** Carries a failure out of a stream. */
export class PagesError extends Error {
  readonly failure: CommandFailure;

  constructor(failure: CommandFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The text of an answer and of the pages that follow it; the first line of a further page names the columns again. */
export async function* csvPages(service: Service, start: string): AsyncGenerator<Uint8Array | string> {
  for (let path: string | null = start; path !== null; ) {
    const response = await service.request(path, { headers: { Accept: "text/csv" } });
    if (!(response instanceof Response)) throw new PagesError(failed(sentenceOf(response)));
    if (path === start && response.body) yield* response.body;
    else yield (await response.text()).replace(/^[^\n]*\n/, "");
    const [, next] = /<([^>]*)>; rel="next"/.exec(response.headers.get("Link") ?? "") ?? [];
    path = next === undefined ? null : pathOf(next);
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
