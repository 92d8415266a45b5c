import * as z from "zod";
import { documented } from "../documented.ts";

const DIMENSIONS = [
  "kind",
  "client_id",
  "country",
  "disbursed_month",
  "disbursed_quarter",
  "disbursed_year",
  "pledge_creditor",
  "insurer_name",
  "state",
  "bucket",
] as const;

/** One dimension, as a query names it. Whether the settings know a member of `info` is checked where they are known. */
export const dimensionName = z
  .string()
  .refine(
    (name) => DIMENSIONS.some((known) => known === name) || /^(info|client_info)\../s.test(name),
    `must be one of ${DIMENSIONS.join(", ")}, info.<member>, client_info.<member>`,
  )
  .meta(documented({ type: "string", examples: ["client_id", "info.region"] }));
