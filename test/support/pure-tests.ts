import { setFlagsFromString } from "node:v8";

// Uint8Array.prototype.toBase64, which workerd has. Threads that start later have it too.
setFlagsFromString("--js-base-64");

/** Tests that start nothing: no workerd, no service, no other process for long. They take seconds. */
export const PURE = [
  "test/domain/**/*.test.ts",
  "test/audit/golden.test.ts",
  "test/contract/**/*.test.ts",
  "test/console/!(*.slow).test.ts",
  "test/config/**/*.test.ts",
  "test/auth/{api-keys,issuers,key-set,key-set-lost,key-set-policy,unverified-token,verified-tokens}.test.ts",
  "test/webhooks/{caller,destination,endpoint,line,messages,settings}.test.ts",
  "test/tenant/{groups,in-order,key-store,own-log,plan,recall,remembered,tries,waiters}.test.ts",
  "test/http/{traceparent,tracestate}.test.ts",
  "test/node/{imports,tidy,build,documents,workflows}.test.ts",
  "test/store/migrations.test.ts",
  "test/reference/document.test.ts",
  "test/reads/question-text.test.ts",
  "test/cli/**/*.test.ts",
];

/** Pure tests of cryptography, which run on workerd too: its keys and ciphers are not those of Node. */
export const BOTH = [
  "test/auth/{authenticate,token,verification-key}.test.ts",
  "test/webhooks/parts.test.ts",
];

/** Long lives in workerd, beside independent models, with kills and restores: `npm run test:slow`. */
export const LIVES = [
  "test/simulation/*.test.ts",
  "test/ledger/lifecycle.test.ts",
  "test/closing/property.test.ts",
  "test/erasure/kills.test.ts",
  "test/restore/each-event.test.ts",
];

/** Random lives in workerd: the others run some of them, `npm run test:random` all (test/support/runs.ts). */
export const RANDOM = [
  ...LIVES,
  "test/ledger/books.test.ts",
  "test/fanout/random.test.ts",
  "test/facility/random.test.ts",
  "test/routes/{cash-flows,concentration}.test.ts",
];

/** Kills, huge files, fuzzing, browsers: tests that take long. */
export const SLOW = ["test/**/*.slow.test.ts"];
