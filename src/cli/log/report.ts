import type { Result } from "../../domain/core/result.ts";
import type { Claim, ClaimOutcome } from "../../domain/log/claims.ts";
import type { Gap } from "../../domain/log/gaps.ts";
import type { Fault, Verified } from "../../domain/log/verify.ts";
import type { Checkpoint } from "./checkpoints.ts";

/** What became of receipts and checkpoints. */
export interface Outcomes {
  fitting: number;
  unfit: number;
  /** The first one that does not fit. */
  first: Fault | null;
  /** The last sequence that one of them confirms. */
  latest: number | null;
}

const count = (value: number): string => value.toLocaleString("en-US");
const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export function gapText({ sequence, lost_from, lost_to, last_known, last_known_hash }: Gap): string {
  return (
    `Gap: the sequences ${lost_from} to ${lost_to} were lost when the database was restored, as the event ${sequence} says. ` +
    `The last one that is known to be lost is ${last_known}, hash ${last_known_hash}.`
  );
}

const OUTCOMES: Readonly<Record<Exclude<ClaimOutcome, "fits">, string>> = {
  differs: "the log's event has another hash: it, or an event before it, was changed",
  lost: "its event was lost when the database was restored",
  absent: "the log has no event of that sequence",
  beyond: "the log ends before it: its end was cut off, or lost",
};

/** Why a claim does not fit. */
export const claimFault = (
  { source, sequence, hash }: Claim,
  outcome: Exclude<ClaimOutcome, "fits">,
): Fault => ({ sequence, why: `the ${source} says the hash ${hash}, and ${OUTCOMES[outcome]}` });

export const faultText = ({ sequence, why }: Fault): string =>
  `Does not fit at sequence ${sequence}: ${why}.`;

/** Why a checkpoint proves nothing about the log of this tenant; none if it does. */
export function statementFault(
  path: string,
  checkpoint: Result<Checkpoint, string>,
  tenant: string | null,
): readonly string[] {
  if (!checkpoint.ok) return [`The checkpoint ${path} does not fit: ${checkpoint.error}.`];
  const { tenant_id } = checkpoint.value;
  if (tenant === null || tenant_id === tenant) return [];
  return [
    `The checkpoint ${path} does not fit: it is of the tenant ${tenant_id}, and the log is of ${tenant}.`,
  ];
}

export function summary({ tenant, events, last, erased, erasures }: Verified): readonly string[] {
  if (!last) return ["The log is empty."];
  const at = new Date(last.created_at).toISOString();
  return [
    `Tenant ${tenant}: ${plural(events, "event")}, the last one ${last.sequence} of ${at}, hash ${last.hash}.`,
    ...(erasures === 0
      ? []
      : [
          `${plural(erasures, "erasure")}: the private texts of ${plural(erased, "event")} are gone, as they say.`,
        ]),
  ];
}

/** The last line of a check that found a fault: the first sequence that does not fit. */
export function verdictText(fault: Fault | null, { first }: Outcomes): string {
  const both = [fault, first].filter((one) => one !== null).sort((a, b) => a.sequence - b.sequence);
  return both[0] ? `Does not fit, first at sequence ${both[0].sequence}.` : "Does not fit.";
}

/** The last line of a check that found no fault, with what it cannot show. */
export function fitText({ last }: Verified, { fitting, latest }: Outcomes): string {
  const kept =
    fitting === 0
      ? ""
      : ` So does what was kept of it: ${plural(fitting, "receipt or checkpoint", "receipts and checkpoints")}.`;
  if (latest !== null && latest === last?.sequence) return `Fits.${kept}`;
  const after = latest === null ? "Whether the end of the log" : `Whether anything after sequence ${latest}`;
  return `Fits.${kept} ${after} was cut off, or made anew, only a later receipt or checkpoint can show.`;
}
