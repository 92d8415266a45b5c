import { v4 } from "uuid";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { accepted } from "../../contract/tape/answers.ts";
import { href, pathOf } from "../address.ts";
import { today } from "../caller.ts";
import { changeForm } from "../change-form.ts";
import { type Child, h, link } from "../dom.ts";
import { numberText } from "../format.ts";
import { columnLabel } from "../tables/labels.ts";
import { type Draft, readDraft } from "./draft.ts";
import { positionChange } from "./effect.ts";
import { type LoanNow, readLoanNow } from "./facts.ts";
import { inputsFor } from "./inputs.ts";
import { positionFrom, previewEvent } from "./preview.ts";

/** A form, and what the reader calls it. */
interface RecordForm {
  readonly disbursement_id: string;
  readonly draft: Draft;
  /** The texts with which the form begins; they differ from the record's where the form proposes something. */
  readonly proposed: Readonly<Record<string, string>>;
  readonly label: string;
  /** `Record the payment P-1`. */
  readonly act: (id: string) => string;
}

type Read = Extract<ReturnType<typeof readDraft>, { readonly ok: true }>["value"];

/** A form of a record: it shows what will change before it sends the event. */
export function recordForm(form: RecordForm, page: AbortSignal): HTMLElement {
  const { disbursement_id, draft, proposed, label, act } = form;
  const inputs = inputsFor(draft.fields, { ...draft.initial, ...proposed });
  return changeForm<ParsedOf<typeof accepted>>(
    {
      label,
      fields: inputs.element,
      plan: async () => {
        const read = readDraft(draft, inputs.read());
        if (!read.ok) return withLabels(read.error);
        const effect = await effectOf(disbursement_id, read.value, page);
        if (typeof effect === "string") return effect;
        const { data, command } = read.value;
        return {
          act: act(command.id),
          effect,
          sent: { method: "POST", path: pathOf(["ingest"]), body: { category: draft.category, data } },
        };
      },
      done: (answer) => outcome(answer, disbursement_id),
    },
    page,
  );
}

/** Each error begins with the name of its field. */
const withLabels = (errors: readonly string[]): string =>
  errors.map((text) => text.replace(/^[a-z]+(?:_[a-z]+)*(?= must)/, columnLabel)).join(". ");

/** A message of the rules names fields as the API does; the form has their labels. */
const withNames = (message: string): string =>
  message.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) => columnLabel(name).toLowerCase());

/** What is shown before the event is sent; a text says why it would be refused. */
async function effectOf(id: string, read: Read, page: AbortSignal): Promise<string | Child> {
  const days = daysOf(read);
  const present = await readLoanNow(id, days, page);
  const changes = h(
    "ul",
    { class: "changes" },
    read.changes.map((text) => h("li", {}, text.replace(/^[a-z_]+/, columnLabel))),
  );
  if (!present.ok) {
    return [
      changes,
      h("p", { class: "note" }, `No preview: ${present.problem.title}. ${present.problem.detail}`),
    ];
  }
  const previewed = previewEvent(present.value.known, read.command, {
    now: Date.now(),
    settings: present.value.settings,
  });
  if (!previewed.ok) {
    const { detail, errors = [] } = previewed.error;
    return errors.length === 0
      ? detail
      : errors.map(({ field, message }) => `${columnLabel(field)} ${withNames(message)}`).join(". ");
  }
  const warnings = previewed.value.warnings;
  return [
    changes,
    days.map((day) => changeOn(day, present.value, previewed.value)),
    warnings.length > 0 &&
      h(
        "ul",
        { class: "warnings", "aria-label": "Warnings" },
        warnings.map(({ message }) => h("li", {}, withNames(message))),
      ),
  ];
}

/** Today, and a later day from which the event counts. */
function daysOf({ command: { change } }: Read): readonly string[] {
  const dated = String(change.change_date ?? change.payment_date ?? "").slice(0, 10);
  return dated > today() ? [today(), dated] : [today()];
}

type Previewed = Extract<ReturnType<typeof previewEvent>, { readonly ok: true }>["value"];

function changeOn(day: string, { known, reckoning, isExact, row }: LoanNow, preview: Previewed): HTMLElement {
  if (!isExact) {
    return h(
      "p",
      { class: "note" },
      "No preview: this loan has changes of its schedule that its records do not show. The service computes its position after the event.",
    );
  }
  const before = positionFrom(known, day, reckoning);
  return positionChange([before, preview.position(day, reckoning)], String(row.currency), day);
}

function outcome({ sequence, warnings, id }: ParsedOf<typeof accepted>, disbursement_id: string): Child {
  return [
    h("p", {}, `Stored as event ${numberText(sequence)} of ${id}.`),
    warnings.length > 0 &&
      h(
        "ul",
        { class: "warnings", "aria-label": "Warnings" },
        warnings.map(({ message }) => h("li", {}, withNames(message))),
      ),
    h("p", {}, link(href(["disbursement", disbursement_id]), `Show ${disbursement_id} as it is now`)),
  ];
}

/** An id for a new payment, where the reader gives none. */
export const newPaymentId = (): string => `P-${v4()}`;
