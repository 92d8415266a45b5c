/** For drizzle-kit (CONTRIBUTING.md#add-a-table). */
export default {
  dialect: "sqlite",
  schema: [
    "./src/store/log.ts",
    "./src/store/placement/tables.ts",
    "./src/store/api-keys/tables.ts",
    "./src/store/tape/tables.ts",
    "./src/store/position/tables.ts",
    "./src/store/settings/tables.ts",
    "./src/store/history/tables.ts",
    "./src/store/projections/tables.ts",
    "./src/store/webhooks/tables.ts",
    "./src/store/ledger/tables.ts",
    "./src/store/ledger/integrity-tables.ts",
    "./src/store/bookkeeping/tables.ts",
    "./src/store/closing/tables.ts",
    "./src/store/erasure/tables.ts",
    "./src/store/facility/tables.ts",
  ],
  out: "./migrations",
};
