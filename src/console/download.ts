import { announce } from "./announce.ts";
import { type Fetched, type RequestProblem, request, STOPPED } from "./api.ts";
import { button, h } from "./dom.ts";

/** The next page of a CSV, from `Link: <…>; rel="next"` (RFC 8288). Only a path of this origin is followed. */
function nextPage(response: Response): string | null {
  const [, target] = /<([^>]+)>\s*;\s*rel="?next"?/.exec(response.headers.get("Link") ?? "") ?? [];
  if (target === undefined) return null;
  const url = new URL(target, response.url);
  return url.origin === location.origin ? url.pathname + url.search : null;
}

/**
 * Every page of a CSV as one file. A row may hold a line break in quotation marks, so pages are joined unparsed: only
 * the header row of later pages is dropped, and a header has no line break.
 */
async function wholeCsv(
  path: string,
  signal: AbortSignal,
  progress: (bytes: number) => void,
): Promise<Fetched<Blob>> {
  const parts: string[] = [];
  let bytes = 0;
  for (let next: string | null = path; next !== null; ) {
    const answer: Fetched<Response> = await request(next, "text/csv", signal);
    if (!answer.ok) return answer;
    // Not finished yet: the same request continues where this one stopped.
    if (answer.value.status === 202) continue;
    let text: string;
    try {
      text = await answer.value.text();
    } catch {
      return { ok: false, problem: STOPPED };
    }
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf("\n") + 1));
    bytes += text.length;
    progress(bytes);
    next = nextPage(answer.value);
  }
  return { ok: true, value: new Blob(parts, { type: "text/csv;charset=utf-8" }) };
}

/** Hands a file to the browser. The object URL belongs to this page and ends with it. */
export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  // The browser reads the URL when it handles the click, a moment later.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

const size = (bytes: number) =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** A button that fetches a CSV with the token, page by page, and saves it. While it runs, a click stops it. */
export function csvButton(
  path: () => string,
  name: string,
  page: AbortSignal,
  label = "Download CSV",
): HTMLElement {
  const words = h("span", { class: "note" });
  let running: AbortController | null = null;
  const run = async (): Promise<void> => {
    if (running) return running.abort();
    running = new AbortController();
    control.replaceChildren("Stop the download");
    words.replaceChildren("Asking …");
    const signal = AbortSignal.any([page, running.signal]);
    const answer = await wholeCsv(path(), signal, (bytes) => words.replaceChildren(`${size(bytes)} so far`));
    running = null;
    control.replaceChildren(label);
    if (answer.ok) save(answer.value, name);
    words.replaceChildren(answer.ok ? `Saved ${name}, ${size(answer.value.size)}.` : failure(answer.problem));
    announce(answer.ok ? `Saved ${name}.` : answer.problem.title);
  };
  const control = button(label, () => void run());
  return h("div", { class: "download" }, control, words);
}

const failure = ({ code, title, detail, trace_id }: RequestProblem): string =>
  code === "stopped" ? "Stopped." : `${title}. ${detail}${trace_id === null ? "" : ` Trace ${trace_id}.`}`;
