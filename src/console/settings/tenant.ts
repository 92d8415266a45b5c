import type { ParsedOf } from "../../contract/answer-types.ts";
import type { settings } from "../../contract/settings/answers.ts";
import { pathOf } from "../address.ts";
import { getVersion } from "../api.ts";
import { learnCaller } from "../caller.ts";
import { changeForm } from "../change-form.ts";
import { choices } from "../choices.ts";
import { h, labelled } from "../dom.ts";
import { loading } from "../loading.ts";
import { reloadable } from "../reloadable.ts";
import { changedSettings, describedChanges, type SettingsBody } from "./changed.ts";

type Settings = ParsedOf<typeof settings>;

const PATH = pathOf(["v1", "settings"]);

/** The tenant's settings as a form. */
export function tenantPart(page: AbortSignal): readonly HTMLElement[] {
  const { element } = reloadable((again) =>
    loading("the settings", page, async ({ signal }) => {
      const answer = await getVersion<Settings>(PATH, signal);
      return answer.ok
        ? { ok: true, value: [form(answer.value.data, answer.value.etag, again, page)] }
        : answer;
    }),
  );
  return [h("section", { class: "card", "aria-label": "Settings of the tenant" }, element)];
}

/** One name in each line. */
const lines = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

function inputs(now: Settings) {
  const zones = h(
    "datalist",
    { id: "time-zones" },
    Intl.supportedValuesOf("timeZone").map((value) => h("option", { value })),
  );
  const zone = h("input", { type: "text", value: now.time_zone, list: "time-zones", autocomplete: "off" });
  const tolerance = h("input", { type: "text", value: now.arrears_tolerance, autocomplete: "off" });
  const share = h("input", { type: "text", value: now.arrears_tolerance_share, autocomplete: "off" });
  const names = (of: readonly string[]) => h("textarea", { rows: 4 }, of.join("\n"));
  const ofDisbursement = names(now.report_dimensions.disbursement);
  const ofClient = names(now.report_dimensions.client);
  const anonymous = choices(
    "Clients",
    [["anonymous", "a client need not have a name or other data that identify a person"]],
    now.anonymous_clients ? ["anonymous"] : [],
  );
  const read = (): SettingsBody => ({
    time_zone: zone.value.trim(),
    arrears_tolerance: tolerance.value.trim(),
    arrears_tolerance_share: share.value.trim(),
    report_dimensions: { disbursement: lines(ofDisbursement.value), client: lines(ofClient.value) },
    anonymous_clients: anonymous.checked().length > 0,
  });
  const elements = [
    zones,
    labelled("Time zone (IANA name)", zone),
    labelled("Arrears tolerance, for example USD:100,JPY:10000", tolerance),
    labelled("Arrears tolerance as a share, 0 to 1", share),
    labelled("Report dimensions of a disbursement, one a line", ofDisbursement),
    labelled("Report dimensions of a client, one a line", ofClient),
    anonymous.element,
  ];
  return { elements, read };
}

function form(now: Settings, etag: string, again: () => void, page: AbortSignal): HTMLElement {
  const { elements, read } = inputs(now);
  return changeForm<Settings>(
    {
      label: "Save …",
      stacked: true,
      fields: elements,
      plan: () => {
        const body = changedSettings(now, read());
        const changes = describedChanges(now, body);
        if (changes.length === 0) return "Nothing is changed.";
        return {
          act: "Change the settings",
          effect: [
            h(
              "ul",
              { class: "changes" },
              changes.map((text) => h("li", {}, text)),
            ),
            h("p", { class: "note" }, "Figures of every reader follow the new settings at once."),
          ],
          sent: { method: "PUT", path: PATH, body, expected: { "If-Match": etag } },
        };
      },
      done: () => {
        // The days of the console are those of the tenant's time zone.
        void learnCaller(page).then(again);
        return h("p", {}, "Saved.");
      },
    },
    page,
  );
}
