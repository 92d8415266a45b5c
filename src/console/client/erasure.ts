import type { ParsedOf } from "../../contract/answer-types.ts";
import type { erasure } from "../../contract/erasure/answers.ts";
import { pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { h } from "../dom.ts";
import { dateText, numberText } from "../format.ts";
import { loading } from "../loading.ts";

/** Whether the person was erased, and for a reader who may erase, how far it is (docs/privacy.md#how-an-erasure-runs). */
export function erasureState(id: string, erased_at: string | null, page: AbortSignal): HTMLElement {
  const brief =
    erased_at === null ? "Nothing of this client is erased." : `Erased on ${dateText(erased_at)}.`;
  if (!may("clients:erase")) return h("p", { class: "note" }, brief);
  return loading("the erasure", page, async ({ signal }) => {
    const path = pathOf(["api", "clients", id, "erasure"]);
    const answer = await get<ParsedOf<typeof erasure>>(path, signal);
    if (answer.ok)
      return { ok: true, value: [h("p", { class: "note" }, brief, " ", progress(answer.value))] };
    const none = answer.problem.code === "not_found";
    return none ? { ok: true, value: [h("p", { class: "note" }, brief)] } : answer;
  });
}

function progress({ status, events_done, completed_at, sequence }: ParsedOf<typeof erasure>): string {
  if (status === "complete") {
    const at = completed_at === undefined ? "" : ` at ${dateText(completed_at)}`;
    return `The erasure of event ${numberText(sequence)} is complete${at}.`;
  }
  return `The erasure of event ${numberText(sequence)} is running: ${numberText(events_done)} events are done.`;
}
