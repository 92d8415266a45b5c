import type { ParsedOf } from "../../contract/answer-types.ts";
import type { endpoints, newEndpoint } from "../../contract/webhooks/answers.ts";
import { WEBHOOK_TYPES } from "../../domain/core/webhook.ts";
import { href, pathOf } from "../address.ts";
import { get } from "../api.ts";
import { changeForm } from "../change-form.ts";
import { choices } from "../choices.ts";
import { type Child, h, labelled, link } from "../dom.ts";
import { dateText, NONE, numberText, words } from "../format.ts";
import { loading } from "../loading.ts";
import { reloadable } from "../reloadable.ts";
import { dataTable } from "../rows.ts";
import { secretOnce } from "../secret.ts";

type Endpoint = ParsedOf<typeof endpoints>["data"][number];
type Made = ParsedOf<typeof newEndpoint>;

const PATH = pathOf(["v1", "webhook-endpoints"]);

/** The tenant's webhook endpoints, and a form for another one. */
export function webhooksPart(page: AbortSignal): readonly HTMLElement[] {
  const list = reloadable(() =>
    loading("the endpoints", page, async ({ signal }) => {
      const answer = await get<ParsedOf<typeof endpoints>>(PATH, signal);
      if (!answer.ok) return answer;
      const { data } = answer.value;
      return { ok: true, value: [data.length > 0 ? table(data) : h("p", { class: "note" }, "No endpoint.")] };
    }),
  );
  return [
    h(
      "section",
      { class: "card", "aria-labelledby": "endpoints" },
      h("h2", { id: "endpoints" }, "Endpoints"),
      list.element,
    ),
    h(
      "section",
      { class: "card", "aria-labelledby": "new-endpoint" },
      h("h2", { id: "new-endpoint" }, "New endpoint"),
      createForm(list.again, page),
    ),
  ];
}

const statusTag = (status: Endpoint["status"]): HTMLElement =>
  h("span", { class: { enabled: "tag good", disabled: "tag", failing: "tag bad" }[status] }, status);

/** What the last attempt that failed was answered, and when. */
function failureText({ last_failure }: Endpoint): string {
  if (last_failure === null) return NONE;
  const { at, status, error, attempts } = last_failure;
  const cause = status === null ? words(error) : `${words(error)} ${status.value}`;
  return `${dateText(at)}: ${cause}, attempt ${numberText(attempts)}`;
}

/** What a reader of an endpoint sees, by its label. */
export function endpointFacts(endpoint: Endpoint): readonly (readonly [label: string, value: Child])[] {
  return [
    ["Status", statusTag(endpoint.status)],
    ["Events not delivered", numberText(endpoint.behind)],
    ["Delivered up to event", numberText(endpoint.cursor_sequence)],
    ["Last success", dateText(endpoint.last_success_at)],
    ["Last failure", failureText(endpoint)],
    ["Types", endpoint.event_types.join(", ")],
    ["Description", endpoint.description ?? NONE],
    ["Created", dateText(endpoint.created_at)],
  ];
}

function table(data: readonly Endpoint[]): HTMLElement {
  return dataTable(
    "Webhook endpoints",
    [["Endpoint"], ["Status"], ["Not delivered", "number"], ["Last success"], ["Last failure"]],
    data.map((one) => [
      h("div", { class: "wrapping" }, link(href(["settings", "webhooks", one.endpoint_id]), one.url)),
      statusTag(one.status),
      numberText(one.behind),
      dateText(one.last_success_at),
      failureText(one),
    ]),
    "rows cards",
  );
}

/** What an endpoint is made of, as fields that begin with what it is. */
export function endpointFields(now: Pick<Endpoint, "url" | "description" | "event_types">, types: string) {
  const url = h("input", {
    type: "url",
    value: now.url,
    required: true,
    maxlength: 2048,
    autocomplete: "off",
    placeholder: "https://",
  });
  const description = h("input", {
    type: "text",
    value: now.description ?? "",
    maxlength: 256,
    autocomplete: "off",
  });
  const chosen = choices(
    types,
    WEBHOOK_TYPES.map((type) => [type] as const),
    now.event_types,
  );
  return {
    elements: [labelled("URL", url), labelled("Description (optional)", description), chosen.element],
    read: () => ({
      url: url.value.trim(),
      description: description.value.trim() || null,
      event_types: chosen.checked(),
    }),
  };
}

/** The number of an event, as a field. */
export const sequenceInput = (required: boolean): HTMLInputElement =>
  h("input", { type: "text", inputmode: "numeric", required, autocomplete: "off", size: 12 });

export const SEQUENCE = /^[1-9]\d{0,12}$/;

function createForm(again: () => void, page: AbortSignal): HTMLElement {
  const nothing = { url: "", description: null, event_types: [] };
  const { elements, read } = endpointFields(nothing, "Types (none chosen: all that your token may read)");
  const from = sequenceInput(false);
  return changeForm<Made>(
    {
      label: "Create …",
      stacked: true,
      fields: [elements, labelled("From event (optional sequence; else the next event)", from)],
      plan: () => {
        const { url, description, event_types } = read();
        const first = from.value.trim();
        if (first !== "" && !SEQUENCE.test(first)) return "From event: a whole number, 1 or more.";
        const which =
          event_types.length === 0 ? "every type that your token may read" : event_types.join(", ");
        const begin = first === "" ? "From the next event on" : `From event ${first} of the log on`;
        return {
          act: "Create the endpoint",
          effect: `${begin}, the service posts ${which} to ${url}. Messages hold ids, types and dates, no name and no amount.`,
          sent: {
            method: "POST",
            path: PATH,
            body: {
              url,
              ...(event_types.length > 0 && { event_types }),
              ...(description !== null && { description }),
              ...(first !== "" && { from_sequence: Number(first) }),
            },
          },
        };
      },
      done: (made) => {
        again();
        return made.secret === undefined
          ? h(
              "p",
              {},
              "It was created by an earlier attempt, whose answer had the secret. Rotate the secret to get one.",
            )
          : secretOnce(
              "Secret of the endpoint",
              made.secret,
              "The receiver verifies messages with it (Standard Webhooks).",
            );
      },
    },
    page,
  );
}
