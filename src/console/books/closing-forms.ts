import type { ParsedOf } from "../../contract/answer-types.ts";
import type { closed, closingPreview } from "../../contract/closing/answers.ts";
import { pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { today } from "../caller.ts";
import { changeForm } from "../change-form.ts";
import { h, labelled, select } from "../dom.ts";
import { monthEndsBefore } from "./months.ts";
import { warningList } from "./warnings.ts";

type Closed = ParsedOf<typeof closed>;
type Again = (answer: Closed) => void;

const MONTHS_OFFERED = 60;
const NOTE_CHARACTERS_MAX = 500;
const PATH = pathOf(["v1", "closing"]);

const noteInput = (required: boolean) =>
  h("input", { type: "text", maxlength: NOTE_CHARACTERS_MAX, autocomplete: "off", required });

const FOLLOWS =
  "No figure up to this day changes afterwards. What comes late is posted on the first open day, with its own value date.";

/** What a closing through the day would warn of now; it hinders nothing. */
async function warningsOf(closed_through: string, page: AbortSignal): Promise<HTMLElement> {
  const path = pathOf(["v1", "closing", "preview"], { closed_through });
  const answer = await getWalked<ParsedOf<typeof closingPreview>>(path, page, () => undefined);
  return answer.ok
    ? warningList(answer.value.warnings)
    : h("p", { class: "note" }, `Its warnings could not be read before: ${answer.problem.title}.`);
}

/** Closes a later month. */
export function closeForm(closed_through: string | null, again: Again, page: AbortSignal): HTMLElement {
  const later = monthEndsBefore(today(), MONTHS_OFFERED).filter((end) => end > (closed_through ?? ""));
  if (later.length === 0) return h("p", { class: "note" }, "No further month has ended.");
  const end = select(
    later.map((one) => [one, one]),
    later[0] ?? "",
  );
  const note = noteInput(false);
  return changeForm<Closed>(
    {
      label: "Close …",
      fields: [labelled("Close through", end), labelled("Note (optional, nothing personal)", note)],
      plan: async () => ({
        act: `Close the books through ${end.value}`,
        effect: [h("p", {}, FOLLOWS), await warningsOf(end.value, page)],
        sent: {
          method: "PUT",
          path: PATH,
          body: { closed_through: end.value, ...(note.value.trim() !== "" && { note: note.value.trim() }) },
        },
      }),
      done: (answer) => {
        again(answer);
        return null;
      },
    },
    page,
  );
}

/** Reopens months. */
export function reopenForm(closed_through: string, again: Again, page: AbortSignal): HTMLElement {
  const earlier = monthEndsBefore(closed_through, MONTHS_OFFERED);
  const end = select(
    [...earlier.map((one) => [one, one] as const), ["", "nothing: reopen everything"]],
    earlier[0] ?? "",
  );
  const note = noteInput(true);
  return changeForm<Closed>(
    {
      label: "Reopen …",
      minor: true,
      fields: [labelled("Stay closed through", end), labelled("Why (nothing personal)", note)],
      plan: () => {
        const why = note.value.trim();
        if (why === "") return "Say why the months are reopened.";
        return {
          act: end.value === "" ? "Reopen all closed months" : `Reopen what is closed after ${end.value}`,
          effect: `The books are closed through ${closed_through}. Figures that were reported for the reopened months may change from now on. The note is kept with the event: ${why}`,
          sent: {
            method: "PUT",
            path: PATH,
            body: { closed_through: end.value === "" ? null : end.value, reopen: true, note: why },
          },
        };
      },
      done: (answer) => {
        again(answer);
        return null;
      },
    },
    page,
  );
}
