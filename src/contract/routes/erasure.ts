import * as z from "zod";
import type * as answers from "../erasure/answers.ts";
import { erasureBody } from "../erasure/bodies.ts";
import { uuid } from "../ledger/values.ts";
import { json, type RouteTable } from "./route.ts";

const erases = { scope: "clients:erase" } as const;
const ofClient = {
  ...erases,
  path: "/api/clients/{client_id}/erasure",
  pathParameters: z.object({
    client_id: z.string().meta({ description: "Id of the client, percent-encoded." }),
  }),
} as const;
const ofBorrower = {
  ...erases,
  path: "/v1/borrowers/{borrower_id}/erasure",
  pathParameters: z.object({ borrower_id: uuid }),
} as const;
const begins = {
  method: "POST",
  keyed: true,
  body: json(erasureBody),
  answers: {
    202: { json: "erasure", headers: ["x-d1-bookmark", "X-Log-Receipt"] },
    200: { json: "erasure", headers: ["x-d1-bookmark", "X-Log-Receipt", "Idempotent-Replayed"] },
  },
} as const;
const tells = {
  method: "GET",
  bookmarked: true,
  answers: { 200: { json: "erasure" } },
  problems: ["invalid_query", "not_found"],
} as const;

/** docs/privacy.md */
export const ERASURE_ROUTES = {
  eraseClient: {
    ...ofClient,
    ...begins,
    problems: ["not_found", "already_erased", "has_open_loans", "too_large"],
  },
  getClientErasure: { ...ofClient, ...tells },
  eraseBorrower: { ...ofBorrower, ...begins, problems: ["not_found", "already_erased"] },
  getBorrowerErasure: { ...ofBorrower, ...tells },
} as const satisfies RouteTable<keyof typeof answers>;
