import { Random } from "../../../src/cli/sample/random.ts";
import { sampleTape } from "../../../src/cli/sample/tape.ts";

/** The lines of a sample tape, and where refused ones were put among them. */
export interface SpoiltTape {
  readonly lines: readonly string[];
  /** Line number, code and field of each line that must be refused. */
  readonly refusals: ReadonlyMap<number, string>;
}

type Spoiler = (n: number) => readonly (readonly [line: unknown, refusal: string])[];

const payment = {
  step: "create",
  payment_total: 10,
  currency: "USD",
  status: "expected",
  due_date: "2026-01-31",
};
const loan = {
  step: "create",
  kind: "loan",
  client_id: "BR-0001",
  disbursement_amount: 100,
  total_expected_margin: 10,
  currency: "USD",
  disbursement_date: "2026-01-01",
  maturity_date: "2026-06-30",
};

/** Ways in which a line of a real file is wrong: what stands there, and how the report must name it. */
const SPOILERS: readonly Spoiler[] = [
  () => [['{"category":"payment","data":{"step":"create",', "malformed_json "]],
  () => [[{ category: "schedule", data: { step: "create" } }, "unsupported_category "]],
  (n) => [
    [
      { category: "client", data: { step: "create", client_id: `BAD-C-${n}`, name: "Ann" } },
      "validation_error data.email",
    ],
  ],
  (n) => [
    [
      { category: "payment", data: { ...payment, payment_id: `BAD-P-${n}`, disbursement_id: "DSB-NONE" } },
      "validation_error data.disbursement_id",
    ],
  ],
  (n) => [
    [
      { category: "payment", data: { step: "update", payment_id: `NO-P-${n}`, status: "canceled" } },
      "not_found ",
    ],
  ],
  () => [[{ category: "disbursement", data: { ...loan, disbursement_id: "DSB-0001" } }, "already_exists "]],
  // A refused disbursement takes its payment with it.
  (n) => [
    [
      { category: "disbursement", data: { ...loan, disbursement_id: `BAD-D-${n}`, currency: "XXX" } },
      "validation_error data.currency",
    ],
    [
      { category: "payment", data: { ...payment, payment_id: `BAD-Q-${n}`, disbursement_id: `BAD-D-${n}` } },
      "parent_refused data.disbursement_id",
    ],
  ],
];

/** A sample tape with `bad` lines put in at random places, the second half of it at least. */
export function spoiltTape(loans: number, bad: number, seed: number): SpoiltTape {
  const random = new Random(seed);
  const good = [...sampleTape({ loans, seed, asOf: "2026-11-20" })].map((envelope) =>
    JSON.stringify(envelope),
  );
  const bads = Array.from({ length: bad }, (_, n) => SPOILERS[n % SPOILERS.length]?.(n) ?? [])
    .flat()
    .slice(0, bad);
  const places = bads
    .map(() => random.integer(Math.floor(good.length / 2), good.length))
    .sort((a, b) => a - b);
  const lines: string[] = [];
  const refusals = new Map<number, string>();
  let next = 0;
  for (let place = 0; place <= good.length; place += 1) {
    while (places[next] === place) {
      const [line, refusal = ""] = bads[next] ?? [];
      lines.push(typeof line === "string" ? line : JSON.stringify(line));
      refusals.set(lines.length, refusal);
      next += 1;
    }
    const line = good[place];
    if (line !== undefined) lines.push(line);
  }
  return { lines, refusals };
}

/** The refusals of a report, as `SpoiltTape` names them. */
export function reported(text: string): ReadonlyMap<number, string> {
  const rows = text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith('{"summary"'))
    .map((line) => JSON.parse(line) as { line: number; code: string; errors: { field: string }[] });
  return new Map(rows.map(({ line, code, errors }) => [line, `${code} ${errors[0]?.field ?? ""}`]));
}
