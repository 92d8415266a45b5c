import type { ParsedOf } from "../../contract/answer-types.ts";
import type { endpoint, rotatedEndpoint, tested } from "../../contract/webhooks/answers.ts";
import { href, pathOf } from "../address.ts";
import { changeForm } from "../change-form.ts";
import { choices } from "../choices.ts";
import { button, type Child, h, labelled, link, select } from "../dom.ts";
import { numberText, words } from "../format.ts";
import { secretOnce } from "../secret.ts";

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

export function testForm(one: Endpoint, anew: () => void, page: AbortSignal): HTMLElement {
  return changeForm<ParsedOf<typeof tested>>(
    {
      label: "Send a test …",
      fields: null,
      keyless: true,
      plan: () => ({
        act: "Send a test message",
        effect: `One message of the type ping goes to ${one.url}.`,
        sent: { method: "POST", path: pathTo(one, "test") },
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

export function replayForm(one: Endpoint, { again, anew }: After, page: AbortSignal): HTMLElement {
  const from = h("input", {
    type: "text",
    inputmode: "numeric",
    required: true,
    autocomplete: "off",
    size: 12,
  });
  return changeForm<Endpoint>(
    {
      label: "Replay …",
      fields: labelled("From event (sequence)", from),
      plan: () => {
        const text = from.value.trim();
        if (!/^[1-9]\d{0,12}$/.test(text)) return "From event: a whole number, 1 or more.";
        return {
          act: `Deliver again from event ${text}`,
          effect: `${one.url} gets every message from event ${text} on once more, with the same webhook-id as before.`,
          sent: { method: "POST", path: pathTo(one, "replay"), body: { from_sequence: Number(text) } },
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

export function rotateForm(one: Endpoint, again: () => void, page: AbortSignal): HTMLElement {
  const expire = choices("Old secret", [["expires at once", "if it may be known to others"]], []);
  return changeForm<ParsedOf<typeof rotatedEndpoint>>(
    {
      label: "Rotate …",
      fields: expire.element,
      plan: () => {
        const expire_previous = expire.checked().length > 0;
        return {
          act: "Rotate the secret",
          effect: expire_previous
            ? "The old secret stops signing at once. A receiver that still verifies with it refuses every message."
            : "Both secrets sign for 24 hours. Give the receiver the new one in this time.",
          sent: { method: "POST", path: pathTo(one, "rotate-secret"), body: { expire_previous } },
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

export function statusForm(one: Endpoint, { again, anew }: After, page: AbortSignal): HTMLElement {
  const status = select(
    [
      ["enabled", "enabled"],
      ["disabled", "disabled"],
    ],
    one.status === "enabled" ? "disabled" : "enabled",
  );
  return changeForm<Endpoint>(
    {
      label: "Switch …",
      fields: labelled("Status", status),
      keyless: true,
      plan: () => ({
        act: status.value === "enabled" ? "Enable the endpoint" : "Disable the endpoint",
        effect:
          status.value === "enabled"
            ? "Attempts begin again, and what was not delivered follows at once."
            : "Nothing is delivered until it is enabled again. No message is lost.",
        sent: { method: "PATCH", path: pathTo(one), body: { status: status.value } },
      }),
      done: (answer) => {
        again();
        return outcome(`The endpoint is ${answer.status}.`, anew);
      },
    },
    page,
  );
}

export function deleteForm(one: Endpoint, page: AbortSignal): HTMLElement {
  return changeForm<null>(
    {
      label: "Delete …",
      fields: null,
      keyless: true,
      plan: () => ({
        act: "Delete the endpoint",
        effect: `${one.url} gets no message any more. A new endpoint starts at the head of the log, unless it names an event.`,
        sent: { method: "DELETE", path: pathTo(one) },
      }),
      done: () => h("p", {}, "Deleted. ", link(href(["settings", "webhooks"]), "All endpoints")),
    },
    page,
  );
}
