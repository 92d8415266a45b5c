/**
 * What a million events, lookups and batches cost at list prices (prices.json), from counted rows, calls and queue
 * operations, beside the usual way: `npm run cost`. `--write` for the page in docs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { send } from "./load.ts";
import { batches, creates, known, loans, lookups, payments, type Requests, theLoan } from "./requests.ts";
import { migrate, type Running, startVariant, type VariantName } from "./variants.ts";

const { values: options } = parseArgs({ options: { write: { type: "boolean", default: false } } });

interface Prices {
  readonly read_on: string;
  readonly plan: string;
  readonly sources: readonly string[];
  readonly per_million: Readonly<Record<string, number>>;
}

const prices: Prices = JSON.parse(readFileSync(join(import.meta.dirname, "prices.json"), "utf8"));

/** How long a gate is awake for an event that comes alone: a D1 round trip of 10 ms, and 50 ms until its key is saved. */
const AWAKE_S = 0.06;
const GATE_GB = 0.128;

interface Case {
  readonly name: string;
  readonly variant: VariantName;
  readonly connections: number;
  readonly requests: Requests;
}

const CASES: readonly Case[] = [
  {
    name: "create a client, one at a time",
    variant: "ours",
    connections: 1,
    requests: creates(),
  },
  {
    name: "create a client, 64 at once",
    variant: "ours",
    connections: 64,
    requests: creates(),
  },
  {
    name: "create a loan, history included, one at a time",
    variant: "ours",
    connections: 1,
    requests: loans,
  },
  {
    name: "create a payment, one at a time",
    variant: "ours",
    connections: 1,
    requests: payments,
  },
  {
    name: "clients in batches of 100",
    variant: "ours",
    connections: 1,
    requests: batches(100),
  },
  {
    name: "look a client up by id",
    variant: "ours",
    connections: 1,
    requests: lookups(undefined, "c", 1),
  },
  {
    name: "the usual way: create a client",
    variant: "usual",
    connections: 1,
    requests: creates(),
  },
];

type Counts = Readonly<Record<string, number>>;

async function countsOf(running: Running): Promise<Counts> {
  const response = await fetch(`http://127.0.0.1:${running.port}/counts`);
  return (await response.json()) as Counts;
}

interface Cost {
  readonly name: string;
  readonly each: Counts;
  readonly perMillion: number;
}

async function costOf(running: Running, one: Case): Promise<Cost> {
  const { size = 1 } = one.requests;
  const count = size > 1 ? 20 : 200;
  const before = await countsOf(running);
  const cpu = running.cpuMs() ?? 0;
  await send(running.port, one.connections, { count }, one.requests);
  const used = (running.cpuMs() ?? 0) - cpu;
  // The queue's consumer and the saving of keys come after the answers.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const after = await countsOf(running);
  const units = count * size;
  const each: Record<string, number> = { cpu_ms: used / units };
  for (const [name, count] of Object.entries(after)) each[name] = (count - (before[name] ?? 0)) / units;
  const awake = one.connections > 1 ? AWAKE_S / one.connections : AWAKE_S;
  each.gate_gb_s = (each.gate_requests ?? 0) * awake * GATE_GB;
  const perMillion = Object.entries(prices.per_million).reduce(
    (sum, [name, price]) => sum + (each[name] ?? 0) * price,
    0,
  );
  return { name: one.name, each, perMillion };
}

const amount = (value: number | undefined) =>
  (value ?? 0).toFixed((value ?? 0) < 1 ? 3 : 2).replace(/\.?0+$/, "");

function page(costs: readonly Cost[]): string {
  const lines = costs.map(({ name, each, perMillion }) => {
    const cells = [
      name,
      `**$${perMillion.toFixed(2)}**`,
      amount(each.d1_calls),
      amount(each.d1_rows_written),
      amount(each.d1_rows_read),
      amount(each.gate_requests),
      amount(each.gate_rows_written),
      amount(each.queue_operations),
      amount(each.cpu_ms),
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return `# Cost

Written by \`npm run cost -- --write\`: what a million costs at Cloudflare's list prices of ${prices.read_on} (${prices.plan}), from
what is counted in a local run of the built worker, for each event or lookup. The CPU time is that of the whole local runtime,
D1 included, so it is more than what is billed. A gate is taken to be awake for ${AWAKE_S * 1000} ms for an event that comes alone. Storage
and logs come on top. [The usual way](../test/bench/usual.ts) has no history, no journal and no sequence.

| a million of | cost | D1 calls | D1 rows written | D1 rows read | gate calls | gate rows written | queue operations | CPU ms |
|---|---|---|---|---|---|---|---|---|
${lines.join("\n")}

A question about all disbursements reads each disbursement, its terms and its payments once, and packs them: one row written and one
more read a disbursement. The next question reads one row of each, and anew only what has changed since. A list of 15,000 positions
with one payment each reads 60,000 rows at first and 15,000 later, and writes 17 (0.4 MB of ids) besides the packed ones; a portfolio
writes 3. The same question again without new events reads its memo. With \`known_at\` the rows are read
that no event has changed since; of the others each event is read, and twice up to then.

## The chain

The hashes of [the chain](audit.md#the-chain) need no further row and no further call
([a test](../test/tenant/cost.test.ts) counts them). What they cost was measured by hand on 2026-11-29: the built worker with
and without them took turns for five rounds, on two cores that other programs kept at a load of 12 to 20, so absolute times are two
to three times those of a quiet machine. CPU time of the whole local runtime for an event:

| | with the chain | without | ratio, and its range over the rounds |
|---|---|---|---|
| clients, 64 at once | 1660 µs | 1750 µs | 1.00 (0.84 to 1.06) |
| clients in batches of 100 | 420 µs | 360 µs | 1.14 (0.82 to 1.35) |

In a loop in the runtime, cutting an event's text in two and hashing it took 42 µs then: 2.5 % of a single write, and 10 % of a line
of a batch. So single writes stay within the 5 % aimed at, and batches do not. A hash of 260 bytes took 6 to 8 µs by
\`createHash\`, by the one-shot \`hash\` of \`node:crypto\` and by WebCrypto, and 5 µs in JavaScript.

The state before the chain (one text, keys as text, no erasure, no restore) was compared in the same way, in seven rounds. CPU time
for an event was 1.13 times as much as then for single clients and payments (0.93 to 1.61), and 1.6 times in batches (1.4 to 1.8).

A payment with its event and all indexes takes 860 bytes of D1, and 960 where it has a \`bank_ref\`; before the chain it took 930 and
970 (3,000 payments each in batches of 100, ids and keys are UUIDs).

Prices: ${prices.sources.map((source) => `<${source}>`).join(", ")}; the data file is
[test/bench/prices.json](../test/bench/prices.json).
`;
}

const costs: Cost[] = [];
for (const variant of ["ours", "usual"] as const) {
  const running = await startVariant(variant, { slowness: "counted" });
  try {
    await migrate(variant, running);
    if (variant === "ours") {
      await send(running.port, 1, { count: 1 }, known());
      await send(running.port, 1, { count: 1 }, theLoan);
    }
    for (const one of CASES.filter((each) => each.variant === variant))
      costs.push(await costOf(running, one));
  } finally {
    await running.stop();
  }
}
const text = page(costs);
console.log(text);
if (options.write) writeFileSync(join(import.meta.dirname, "../../docs", "cost.md"), text);
