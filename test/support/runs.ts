import { env } from "cloudflare:workers";

/** Random runs of a property: some in `npm test` or `npm run test:slow`, all of them in `npm run test:random`. */
export const runs = (some: number, all: number): number =>
  (env as Cloudflare.Env & { readonly TEST_ALL_RUNS: boolean }).TEST_ALL_RUNS ? all : some;
