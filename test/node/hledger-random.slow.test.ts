import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { ACCOUNT_CODES } from "../../src/domain/ledger/accounts.ts";
import { type Command, Model } from "../ledger/model.ts";
import {
  commandOf,
  DAYS,
  entriesIn,
  KINDS,
  LOANS,
  methodOf,
  openingOf,
  randomChoice,
  refusalIn,
  requestOf,
} from "../ledger/random-commands.ts";
import { freePort } from "../support/free-port.ts";
import { Accountant } from "./accountant.ts";
import { BEANCOUNT, beancountSums, checkedFile } from "./beancount-judge.ts";
import { runCommand, startService, temporaryDirectory } from "./cli/command-line.ts";
import { hledger, INSTALL_DEADLINE_MS, judgedBalances, summonJudge } from "./hledger-judge.ts";

const SEED = 20_261_147;
/** Each has a sequence of its own. */
const TENANTS = ["first", "second"] as const;
const WISHES = 60;

/** Why the judge is not to be had; null when it sits. */
let absence: string | null = null;
let noBeancount: string | null = null;

beforeAll(async () => {
  absence = await summonJudge();
  if (absence !== null) console.log(`hledger does not judge the random books: ${absence}`);
  noBeancount = await summonJudge(BEANCOUNT);
  if (noBeancount !== null) console.log(`beancount does not judge the random books: ${noBeancount}`);
}, INSTALL_DEADLINE_MS + 10_000);

/** Sends a random sequence to the service and to the model: the model, and the kinds that were accepted. */
async function keepBooks(accountant: Accountant, seed: number) {
  const model = new Model();
  const accepted = new Set<Command["kind"]>();
  const loans = Array.from({ length: LOANS }, () => crypto.randomUUID());
  const run = async (command: Command) => {
    const [path, request] = requestOf(command);
    const { status, body } = await accountant.send(methodOf(command), path, request);
    const { refused } = model.run(command, entriesIn(body));
    const isAccepted = status === 201 || status === 200;
    expect([command, isAccepted ? null : refusalIn(body)]).toEqual([command, refused]);
    if (refused === null) accepted.add(command.kind);
  };
  for (const command of openingOf(loans)) await run(command);
  for (const one of fc.sample(randomChoice, { seed, numRuns: WISHES })) {
    const command = commandOf(one, model, loans);
    if (command) await run(command);
  }
  return { model, accepted };
}

/** The day after, where a four-digit year has one; hledger leaves out the end that it is given. */
const dayAfter = (day: string): string =>
  day === "9999-12-31" ? "10000-01-01" : new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

async function expectAgreement(accountant: Accountant, model: Model): Promise<void> {
  const journal = await accountant.get("/v1/journal-entries?format=hledger");
  expect(journal.trimEnd().split("\n").at(-1)).toBe(`; end of the journal: ${model.entries.size} entries`);
  await hledger(journal, "check", "--strict");
  for (const day of DAYS) {
    const judged = await judgedBalances(journal, "USD", dayAfter(day));
    for (const account of ACCOUNT_CODES) {
      const [debits, credits] = model.sums(account, day);
      const told = await accountant.balance(account, "USD", day);
      const net = debits - credits;
      expect([day, account, judged.get(account) ?? 0n, told]).toEqual([day, account, net, net]);
    }
  }
}

/** Minor units of a sum in dollars and cents. */
const cents = (sum: string): bigint => {
  const [whole = "0", fraction = ""] = sum.replace("-", "").split(".");
  const size = BigInt(whole || "0") * 100n + BigInt(fraction.padEnd(2, "0"));
  return sum.startsWith("-") ? -size : size;
};

/** The same of beancount, over all days. */
async function expectBeancountAgrees(accountant: Accountant, model: Model, directory: string): Promise<void> {
  const file = await checkedFile(directory, await accountant.get("/v1/journal-entries?format=beancount"));
  const sums = await beancountSums(file);
  for (const account of ACCOUNT_CODES) {
    const [debits, credits] = model.sums(account, "9999-12-31");
    const sum = cents(sums.get(`${account} USD`) ?? "");
    expect([account, sum]).toEqual([account, debits - credits]);
  }
}

test("hledger, beancount, the API and the model agree on every account after random commands of all kinds", async ({
  skip,
}) => {
  if (absence !== null) skip(absence);
  const [port, directory] = [await freePort(), await temporaryDirectory()];
  await startService(port, directory);
  const accepted = new Set<Command["kind"]>();
  for (const [index, tenant] of TENANTS.entries()) {
    const token = (await runCommand(["token", "--tenant", tenant, "--data-dir", directory])).stdout.trim();
    const accountant = new Accountant(`http://127.0.0.1:${port}`, token);
    const kept = await keepBooks(accountant, SEED + index);
    for (const kind of kept.accepted) accepted.add(kind);
    await expectAgreement(accountant, kept.model);
    if (noBeancount === null) await expectBeancountAgrees(accountant, kept.model, directory);
  }
  expect(KINDS.filter((kind) => !accepted.has(kind))).toEqual([]);
});
