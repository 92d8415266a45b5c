import { words } from "../format.ts";

/** The settings as the form has them and as `PUT /v1/settings` takes them. */
export interface SettingsBody {
  readonly time_zone: string;
  readonly arrears_tolerance: string;
  readonly arrears_tolerance_share: string;
  readonly report_dimensions: {
    readonly disbursement: readonly string[];
    readonly client: readonly string[];
  };
  readonly anonymous_clients: boolean;
}

const textOf = (value: unknown): string => JSON.stringify(value);

/** Only what differs, so that a form which was open for long restores nothing that another one changed. */
export function changedSettings(now: SettingsBody, wanted: SettingsBody): Partial<SettingsBody> {
  const names = Object.keys(wanted) as (keyof SettingsBody)[];
  const differing = names.filter((name) => textOf(now[name]) !== textOf(wanted[name]));
  return Object.fromEntries(differing.map((name) => [name, wanted[name]]));
}

const shown = (value: unknown): string => {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value === "" ? "nothing" : value;
  const lists = Object.entries(value as SettingsBody["report_dimensions"]);
  return lists.map(([of, names]) => `${of}: ${names.length === 0 ? "none" : names.join(", ")}`).join("; ");
};

/** Each change as a sentence, from the present value to the wanted one. */
export function describedChanges(now: SettingsBody, body: Partial<SettingsBody>): readonly string[] {
  return Object.entries(body).map(([name, value]) => {
    return `${words(name)}: ${shown(now[name as keyof SettingsBody])} → ${shown(value)}`;
  });
}
