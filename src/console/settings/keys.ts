import type { ParsedOf } from "../../contract/answer-types.ts";
import type { keyList, madeKey } from "../../contract/credentials/answers.ts";
import { isScope, SCOPE_MEANINGS } from "../../contract/scopes.ts";
import { pathOf } from "../address.ts";
import { get } from "../api.ts";
import { currentCaller, tenantCalendar } from "../caller.ts";
import { changeForm } from "../change-form.ts";
import { choices } from "../choices.ts";
import { type Child, h, labelled, select } from "../dom.ts";
import { dateText } from "../format.ts";
import { loading } from "../loading.ts";
import { reloadable } from "../reloadable.ts";
import { dataTable } from "../rows.ts";
import { secretOnce } from "../secret.ts";

type Key = ParsedOf<typeof keyList>["data"][number];
type Made = ParsedOf<typeof madeKey>;

const PATH = pathOf(["v1", "api-keys"]);

/** The tenant's API keys, and a form for another one. */
export function keysPart(page: AbortSignal): readonly HTMLElement[] {
  const list = reloadable((again) =>
    loading("the keys", page, async ({ signal }) => {
      const answer = await get<ParsedOf<typeof keyList>>(PATH, signal);
      if (!answer.ok) return answer;
      const { data } = answer.value;
      return {
        ok: true,
        value: [data.length > 0 ? table(data, again, page) : h("p", { class: "note" }, "No key.")],
      };
    }),
  );
  return [
    h(
      "section",
      { class: "card", "aria-labelledby": "keys" },
      h("h2", { id: "keys" }, "API keys"),
      list.element,
    ),
    h(
      "section",
      { class: "card", "aria-labelledby": "new-key" },
      h("h2", { id: "new-key" }, "New key"),
      createForm(list.again, page),
    ),
  ];
}

function table(data: readonly Key[], again: () => void, page: AbortSignal): HTMLElement {
  return dataTable(
    "API keys",
    [["Name"], ["Scopes"], ["Created"], ["Ends"], ["Last used"], ["State"]],
    data.map((key): readonly Child[] => [
      h("div", { class: "wrapping" }, key.name, h("div", { class: "note" }, key.id)),
      h("div", { class: "wrapping" }, key.scopes.join(" ")),
      h("div", {}, dayView(key.created_at), h("div", { class: "note" }, key.created_by)),
      key.expires_at === null ? "never" : dayView(key.expires_at),
      dateText(key.last_used_on),
      key.revoked_at === null
        ? revokeForm(key, again, page)
        : h("span", {}, "revoked ", dayView(key.revoked_at)),
    ]),
    "rows cards",
  );
}

/** The day of an instant; the instant is its title. */
const dayView = (instant: string): HTMLElement =>
  h("span", { title: dateText(instant) }, tenantCalendar().dayAt(Date.parse(instant)));

function revokeForm({ id, name }: Key, again: () => void, page: AbortSignal): HTMLElement {
  return changeForm<null>(
    {
      label: "Revoke …",
      minor: true,
      fields: null,
      keyless: true,
      plan: () => ({
        act: `Revoke the key ${name}`,
        effect:
          "Requests with it are refused from now on, and so are those with keys that it made. This cannot be undone.",
        sent: { method: "DELETE", path: pathOf(["v1", "api-keys", id]) },
      }),
      done: () => {
        again();
        return null;
      },
    },
    page,
  );
}

const DAY_MS = 86_400_000;
const LIVES = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "a year"],
  ["", "for ever"],
] as const;

function createForm(again: () => void, page: AbortSignal): HTMLElement {
  // A second attempt must send the same end as the first.
  const begun = Date.now();
  const name = h("input", { type: "text", required: true, maxlength: 64, autocomplete: "off" });
  const life = select(LIVES, "90");
  const own = currentCaller()?.scopes.filter(isScope) ?? [];
  const scopes = choices(
    "Scopes, of your own",
    own.map((scope) => [scope, SCOPE_MEANINGS[scope]] as const),
    [],
  );
  return changeForm<Made>(
    {
      label: "Create …",
      stacked: true,
      fields: [
        labelled("Name (what it is for, of no person)", name),
        labelled("Good for", life),
        scopes.element,
      ],
      plan: () => {
        const chosen = scopes.checked();
        if (chosen.length === 0) return "Scopes: choose one or more.";
        const end = life.value === "" ? null : new Date(begun + Number(life.value) * DAY_MS).toISOString();
        return {
          act: `Create the key ${name.value.trim()}`,
          effect: [
            h("p", {}, `Its holder may, ${end === null ? "for ever" : `until ${dateText(end)}`}:`),
            h(
              "ul",
              { class: "changes" },
              chosen.filter(isScope).map((scope) => h("li", {}, SCOPE_MEANINGS[scope])),
            ),
          ],
          sent: {
            method: "POST",
            path: PATH,
            body: { name: name.value.trim(), scopes: chosen, ...(end !== null && { expires_at: end }) },
          },
        };
      },
      done: ({ key, message }) => {
        again();
        return key === undefined
          ? h(
              "p",
              {},
              message ??
                "An earlier attempt made it, and its answer had the key. Revoke it and make another one.",
            )
          : secretOnce("API key", key, "The service keeps only its hash. Store it where secrets are stored.");
      },
    },
    page,
  );
}
