import { parseArgs } from "node:util";
import { crash } from "./crash.ts";

const HELP = `Kills the local service with SIGKILL in the middle of a load, again and again, and compares all that it kept
with all that it promised: each acknowledged event and posting once, each history row once, the books balanced.

  npm run crash -- --rounds 5 --seed 1

  --rounds <number>   kills in the middle of the load (default: 5)
  --seed <number>     repeats the load and the moments of a run (default: a new one)
  --loans <number>    loans for each of 8 concurrent senders, 8 events and 1 to 3 postings a loan (default: 12)`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    loans: { type: "string", default: "12" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(HELP);
else {
  const [rounds, seed, loansPerLane] = [Number(values.rounds), Number(values.seed), Number(values.loans)];
  if (![rounds, seed, loansPerLane].every((value) => Number.isInteger(value) && value >= 0)) {
    console.error("--rounds, --seed and --loans take whole numbers.");
    process.exit(2);
  }
  console.log(`seed ${seed}`);
  const { differences, ...counts } = await crash({
    rounds,
    seed,
    lanes: 8,
    loansPerLane,
    say: (line) => console.log(line),
  });
  console.log(
    `${counts.events} events acknowledged (${counts.postings} postings), ${counts.duplicates} of them only after a retry`,
  );
  const after = `${counts.completeAfterMs} ms after the last start`;
  console.log(`${counts.historyRows} history rows; compared ${after}`);
  for (const difference of differences) console.error(difference);
  console.log(
    differences.length === 0
      ? "No difference: complete."
      : `${differences.length} differences (20 shown at most).`,
  );
  process.exitCode = differences.length === 0 ? 0 : 1;
}
