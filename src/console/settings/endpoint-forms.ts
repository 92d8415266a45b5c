import type { ParsedOf } from "../../contract/answer-types.ts";
import type { endpoint, rotatedEndpoint, tested } from "../../contract/webhooks/answers.ts";
import { href, pathOf } from "../address.ts";
import { changeForm } from "../change-form.ts";
import { choices } from "../choices.ts";
import { button, type Child, h, labelled, link, select } from "../dom.ts";
import { numberText, words } from "../format.ts";
import { secretOnce } from "../secret.ts";
import { endpointFields, SEQUENCE, sequenceInput } from "./webhooks.ts";

type Endpoint = ParsedOf<typeof endpoint>;

/** `again` loads the endpoint again; `anew` makes another form, with a key of its own. */
interface After {
  readonly again: () => void;
  readonly anew: () => void;
}

const pathTo = ({ endpoint_id }: Endpoint, ...more: readonly string[]): string =>
  pathOf(["v1", "webhook-endpoints", endpoint_id, ...more]);

const outcome = (text: string, anew: () => void): Child => [
  h("p", {}, text),
  h("p", {}, button("Another time", anew)),
];

export function testForm(now: () => Endpoint, anew: () => void, page: AbortSignal): HTMLElement {
  return changeForm<ParsedOf<typeof tested>>(
    {
      label: "Send a test …",
      minor: true,
      fields: null,
      keyless: true,
      plan: () => ({
        act: "Send a test message",
        effect: `One message of the type ping goes to ${now().url}.`,
        sent: { method: "POST", path: pathTo(now(), "test") },
      }),
      done: ({ delivered, status, duration_ms, error }) => {
        const code = status === null ? "no status" : `status ${status.value}`;
        const cause = error === undefined ? "" : ` (${words(error)})`;
        const text = `${delivered ? "Delivered" : "Not delivered"}: ${code}${cause}, after ${numberText(duration_ms)} ms.`;
        return outcome(text, anew);
      },
    },
    page,
  );
}

export function replayForm(now: () => Endpoint, { again, anew }: After, page: AbortSignal): HTMLElement {
  const from = sequenceInput(true);
  return changeForm<Endpoint>(
    {
      label: "Replay …",
      minor: true,
      fields: labelled("From event (sequence)", from),
      plan: () => {
        const text = from.value.trim();
        if (!SEQUENCE.test(text)) return "From event: a whole number, 1 or more.";
        return {
          act: `Deliver again from event ${text}`,
          effect: `${now().url} gets every message from event ${text} on once more, with the same webhook-id as before.`,
          sent: { method: "POST", path: pathTo(now(), "replay"), body: { from_sequence: Number(text) } },
        };
      },
      done: ({ behind }) => {
        again();
        return outcome(`Begun: ${numberText(behind)} events are to be delivered.`, anew);
      },
    },
    page,
  );
}

export function rotateForm(now: () => Endpoint, again: () => void, page: AbortSignal): HTMLElement {
  const expire = choices("Old secret", [["expires at once", "if it may be known to others"]], []);
  return changeForm<ParsedOf<typeof rotatedEndpoint>>(
    {
      label: "Rotate …",
      minor: true,
      fields: expire.element,
      plan: () => {
        const expire_previous = expire.checked().length > 0;
        return {
          act: "Rotate the secret",
          effect: expire_previous
            ? "The old secret stops signing at once. A receiver that still verifies with it refuses every message."
            : "Both secrets sign for 24 hours. Give the receiver the new one in this time.",
          sent: { method: "POST", path: pathTo(now(), "rotate-secret"), body: { expire_previous } },
        };
      },
      done: ({ secret }) => {
        again();
        return secret === undefined
          ? h(
              "p",
              {},
              "It was rotated by an earlier attempt, whose answer had the secret. Load the page again to rotate once more.",
            )
          : secretOnce("New secret", secret, "The receiver verifies messages with it.");
      },
    },
    page,
  );
}

export function statusForm(now: () => Endpoint, { again, anew }: After, page: AbortSignal): HTMLElement {
  const status = select(
    [
      ["enabled", "enabled"],
      ["disabled", "disabled"],
    ],
    now().status === "enabled" ? "disabled" : "enabled",
  );
  return changeForm<Endpoint>(
    {
      label: "Switch …",
      minor: true,
      fields: labelled("Status", status),
      keyless: true,
      plan: () => ({
        act: status.value === "enabled" ? "Enable the endpoint" : "Disable the endpoint",
        effect:
          status.value === "enabled"
            ? "Attempts begin again, and what was not delivered follows at once."
            : "Nothing is delivered until it is enabled again. No message is lost.",
        sent: { method: "PATCH", path: pathTo(now()), body: { status: status.value } },
      }),
      done: (answer) => {
        again();
        return outcome(`The endpoint is ${answer.status}.`, anew);
      },
    },
    page,
  );
}

export function changeEndpointForm(
  now: () => Endpoint,
  { again, anew }: After,
  page: AbortSignal,
): HTMLElement {
  const { elements, read } = endpointFields(now(), "Types");
  return changeForm<Endpoint>(
    {
      label: "Save …",
      stacked: true,
      keyless: true,
      fields: elements,
      plan: () => {
        const before = now();
        const { url, description, event_types } = read();
        if (event_types.length === 0) return "Types: choose one or more.";
        const types = [...before.event_types].sort().join(", ");
        const wanted = [...event_types].sort().join(", ");
        const body = {
          ...(url !== before.url && { url }),
          ...(description !== before.description && { description }),
          ...(wanted !== types && { event_types }),
        };
        const changes = [
          "url" in body && `URL: ${before.url} → ${url}. It continues at the same place, at once.`,
          "description" in body &&
            `Description: ${before.description ?? "nothing"} → ${description ?? "nothing"}`,
          "event_types" in body && `Types: ${types} → ${wanted}`,
        ].filter((text) => text !== false);
        if (changes.length === 0) return "Nothing is changed.";
        return {
          act: "Change the endpoint",
          effect: h(
            "ul",
            { class: "changes" },
            changes.map((text) => h("li", {}, text)),
          ),
          sent: { method: "PATCH", path: pathTo(before), body },
        };
      },
      done: ({ url }) => {
        again();
        return outcome(`Saved: ${url}.`, anew);
      },
    },
    page,
  );
}

export function deleteForm(now: () => Endpoint, page: AbortSignal): HTMLElement {
  return changeForm<null>(
    {
      label: "Delete …",
      minor: true,
      fields: null,
      keyless: true,
      plan: () => ({
        act: "Delete the endpoint",
        effect: `${now().url} gets no message any more. A new endpoint starts at the head of the log, unless it names an event.`,
        sent: { method: "DELETE", path: pathTo(now()) },
      }),
      done: () => h("p", {}, "Deleted. ", link(href(["settings", "webhooks"]), "All endpoints")),
    },
    page,
  );
}
