import { type Gap, isWithin } from "./gaps.ts";
import type { Receipt } from "./receipt.ts";

/** What someone kept of the log outside of it: a receipt, or what a checkpoint states. */
export interface Claim extends Receipt {
  /** Where it was kept, for a person. */
  readonly source: string;
}

/**
 * What became of a claim. `lost`: a restore took its event, as the log says. `beyond`: the log ends before it. `absent`: the
 * log lacks its sequence, and says nothing of it.
 */
export type ClaimOutcome = "fits" | "differs" | "lost" | "absent" | "beyond";

/** Compares claims, in the order of their sequences, with the events of a log as they come. */
export class LoggedClaims {
  readonly #claims: Iterator<Claim>;
  readonly #onOutcome: (claim: Claim, outcome: ClaimOutcome) => void;
  #next: Claim | null;

  constructor(claims: Iterator<Claim>, onOutcome: (claim: Claim, outcome: ClaimOutcome) => void) {
    this.#claims = claims;
    this.#onOutcome = onOutcome;
    this.#next = this.#take();
  }

  /** The log's next event; `gap` is the one that it names, if any. */
  add({ sequence, hash }: Receipt, gap: Gap | null): void {
    for (; this.#next && this.#next.sequence <= sequence; this.#next = this.#take()) {
      const { sequence: at, hash: claimed } = this.#next;
      const isLost = gap !== null && isWithin(gap, at);
      if (at < sequence) this.#onOutcome(this.#next, isLost ? "lost" : "absent");
      else this.#onOutcome(this.#next, claimed === hash ? "fits" : "differs");
    }
  }

  end(): void {
    for (; this.#next; this.#next = this.#take()) this.#onOutcome(this.#next, "beyond");
  }

  #take(): Claim | null {
    const { value, done } = this.#claims.next();
    return done ? null : value;
  }
}
