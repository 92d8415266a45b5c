/** The size of a slow test: a smaller one in `npm run test:slow`, the whole one in `npm run test:random`. */
export const size = <T>(some: T, whole: T): T => (process.env.TEST_WHOLE === "true" ? whole : some);
