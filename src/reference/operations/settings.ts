import { SETTINGS_ROUTES } from "../../contract/routes/settings.ts";
import * as answers from "../../contract/settings/answers.ts";
import { operationsOf } from "../operation.ts";

/** docs/api.md#settings */
export const SETTINGS_OPERATIONS = operationsOf({
  tag: "Settings",
  routes: SETTINGS_ROUTES,
  answersOf: () => answers,
  words: {
    getSettings: {
      summary: "Read the tenant's settings",
      description: "Any token of the tenant may read them. What was never set has its default.",
      answers: { 200: "The settings." },
    },
    putSettings: {
      summary: "Change the tenant's settings",
      description:
        "Takes any subset; what is left out stays. It is an event of the log. The time zone stays once bookkeeping was ever on (409 `too_late`).",
      body: {
        id: "SettingsChange",
        examples: {
          time_zone: { summary: "Days of Tokyo", body: { time_zone: "Asia/Tokyo" }, answers: 200 },
          retail_default: {
            summary: "Tolerate what the European rule for default tolerates",
            body: { arrears_tolerance: "EUR:100", arrears_tolerance_share: "0.01" },
            answers: 200,
          },
          dimensions: {
            summary: "Report by region and by branch",
            body: { report_dimensions: { disbursement: ["branch"], client: ["region"] } },
            answers: 200,
          },
        },
      },
      answers: { 200: "The settings after the change, or the first answer again." },
    },
  },
});
