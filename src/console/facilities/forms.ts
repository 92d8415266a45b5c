import { LosslessNumber } from "lossless-json";
import type { ParsedOf } from "../../contract/answer-types.ts";
import type { facilityDeleted, facilityPut } from "../../contract/facility/answers.ts";
import { href, pathOf } from "../address.ts";
import { changeForm } from "../change-form.ts";
import { dateField } from "../date-field.ts";
import { type Child, h, labelled, link } from "../dom.ts";
import { amountText, exactPercentText } from "../format.ts";
import type { FacilityJson } from "./terms.ts";
import { covenantLines, limitLines, readLines, ruleLines } from "./terms-lines.ts";

const LINES_SHOWN = 5;
const DECIMAL = /^\d+(?:\.\d+)?$/;

const textInput = (value: string, max: number, required = true) =>
  h("input", { type: "text", value, maxlength: max, required, autocomplete: "off" });

function linesInput(value: string): HTMLTextAreaElement {
  const input = h("textarea", { rows: LINES_SHOWN, spellcheck: "false" });
  input.value = value;
  return input;
}

/** The controls of the terms, filled with what holds now. */
function termControls(known: FacilityJson | null) {
  const name = textInput(known?.name ?? "", 200);
  const currency = textInput(known?.currency ?? "", 3);
  const creditor = textInput(known?.creditor ?? "", 256, false);
  const amount = (value: unknown) => textInput(value === undefined ? "" : String(value), 30);
  const commitment = amount(known?.commitment);
  const drawn = amount(known?.drawn);
  const rate = amount(known?.advance_rate);
  const effective = dateField("", { placeholder: "today" });
  const eligibility = linesInput(ruleLines(known?.eligibility ?? []));
  const limits = linesInput(limitLines(known?.limits ?? []));
  const covenants = linesInput(covenantLines(known?.covenants ?? []));
  const short = [
    labelled("Name (not personal)", name),
    labelled("Currency", currency),
    labelled("Creditor (empty: all are in the pool)", creditor),
    labelled("Commitment", commitment),
    labelled("Drawn", drawn),
    labelled("Advance rate (0 to 1)", rate),
    labelled("Holds from", effective.input, effective.element),
  ];
  const long = [
    labelled("Eligibility, one rule a line: max_days_past_due: 30", eligibility),
    labelled("Limits, one a line: country: 0.35 of BR, US", limits),
    labelled("Covenants, one a line: par30: 0.15", covenants),
  ];
  /** `first` is what a new facility has besides. */
  const fields = (first: Child = null) =>
    h("div", { class: "terms" }, first, short, h("div", { class: "lines" }, long));
  /** The body of the request; a text says what is wrong. */
  const body = (): Readonly<Record<string, unknown>> | string => {
    const numbers: Record<string, LosslessNumber> = {};
    for (const [label, member, input] of [
      ["Commitment", "commitment", commitment],
      ["Drawn", "drawn", drawn],
      ["Advance rate", "advance_rate", rate],
    ] as const) {
      const text = input.value.trim();
      if (!DECIMAL.test(text))
        return `${label}: write a number with digits and a point, for example 1250000.50.`;
      numbers[member] = new LosslessNumber(text);
    }
    const lines = readLines({
      eligibility: eligibility.value,
      limits: limits.value,
      covenants: covenants.value,
    });
    if (!lines.ok) return lines.error;
    const holder = creditor.value.trim();
    return {
      name: name.value.trim(),
      currency: currency.value.trim().toUpperCase(),
      ...(holder !== "" && { creditor: holder }),
      ...numbers,
      ...(effective.value() !== "" && { effective_date: effective.value() }),
      ...lines.value,
    };
  };
  return { fields, body };
}

/** The terms as texts that a reader can compare. */
function textsOf(terms: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const { name, currency, creditor, commitment, drawn, advance_rate } = terms;
  const list = <T>(member: unknown) => (Array.isArray(member) ? member : []) as T;
  return {
    Name: String(name),
    Currency: String(currency),
    Creditor: String(creditor ?? "none: all disbursements"),
    Commitment: amountText(String(commitment), currency),
    Drawn: amountText(String(drawn), currency),
    "Advance rate": exactPercentText(new LosslessNumber(String(advance_rate))),
    Eligibility: ruleLines(list(terms.eligibility)).replaceAll("\n", "; ") || "no rule",
    Limits: limitLines(list(terms.limits)).replaceAll("\n", "; ") || "none",
    Covenants: covenantLines(list(terms.covenants)).replaceAll("\n", "; ") || "none",
  };
}

/** What would be other terms than those that are known; of a new facility all of them. */
function changesOf(body: Readonly<Record<string, unknown>>, known: FacilityJson | null): readonly string[] {
  const was = known === null ? {} : textsOf({ ...known });
  return Object.entries(textsOf(body)).flatMap(([label, text]) => {
    if (was[label] === text) return [];
    return was[label] === undefined ? `${label}: ${text}` : `${label}: ${was[label]} becomes ${text}`;
  });
}

function effectOf(changes: readonly string[], effective: unknown): Child {
  return [
    h(
      "ul",
      { class: "changes" },
      changes.map((item) => h("li", {}, item)),
    ),
    h(
      "p",
      {},
      `The base is reckoned by these terms from ${effective ?? "today"} on; earlier days keep theirs.`,
    ),
  ];
}

type Put = ParsedOf<typeof facilityPut>;

/** Creates a facility, whose id the reader gives. */
export function newFacilityForm(again: () => void, page: AbortSignal): HTMLElement {
  const id = textInput("", 128);
  const terms = termControls(null);
  return changeForm<Put>(
    {
      label: "Create …",
      stacked: true,
      fields: terms.fields(labelled("Id of the facility", id)),
      plan: () => planOf(id.value.trim(), null, terms.body()),
      done: ({ data }) => {
        again();
        const address = href(["analytics", "facilities", data.facility_id]);
        return h("p", {}, "The facility is stored: ", link(address, data.name), ".");
      },
    },
    page,
  );
}

/** Puts other terms of a facility. */
export function termsForm(known: FacilityJson, again: () => void, page: AbortSignal): HTMLElement {
  const terms = termControls(known);
  return changeForm<Put>(
    {
      label: "Change the terms …",
      stacked: true,
      fields: terms.fields(),
      plan: () => planOf(known.facility_id, known, terms.body()),
      done: () => {
        again();
        return null;
      },
    },
    page,
  );
}

/** Only these terms are replaced, not others that were put meanwhile. */
const expecting = ({ sequence }: FacilityJson) => ({ "If-Match": `"${sequence}"` });

function planOf(id: string, known: FacilityJson | null, body: Readonly<Record<string, unknown>> | string) {
  if (id === "") return "Id of the facility: write one.";
  if (typeof body === "string") return body;
  const path = pathOf(["api", "facilities", id]);
  const expected = known === null ? ({ "If-None-Match": "*" } as const) : expecting(known);
  const changes = changesOf(body, known);
  if (changes.length === 0 && body.effective_date === undefined) return "Nothing is changed.";
  return {
    act: known === null ? `Create the facility ${id}` : `Change the terms of ${id}`,
    effect: effectOf(changes, body.effective_date),
    sent: { method: "PUT" as const, path, body, expected },
  };
}

/** Deletes a facility. */
export function deleteForm(known: FacilityJson, page: AbortSignal): HTMLElement {
  const { facility_id, name } = known;
  return changeForm<ParsedOf<typeof facilityDeleted>>(
    {
      label: "Delete …",
      fields: null,
      plan: () => ({
        act: `Delete the facility ${facility_id}`,
        effect: `${name} has no terms on any day from now on, and no base. What was known of it before stays in the log. No disbursement changes.`,
        sent: {
          method: "DELETE",
          path: pathOf(["api", "facilities", facility_id]),
          expected: expecting(known),
        },
      }),
      done: () =>
        h(
          "p",
          {},
          "The facility is deleted. ",
          link(href(["analytics", "facilities"]), "All facilities"),
          ".",
        ),
    },
    page,
  );
}
