import { expect } from "vitest";

interface Posted {
  readonly status: number;
  /** The entry's id, where it was posted. */
  readonly id: string;
  readonly body: {
    readonly journal_entry_id: string;
    readonly code: string;
    readonly errors?: readonly { readonly code: string }[];
  };
}

/** The service as one tenant's accountant sees it. */
export class Accountant {
  readonly #origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.#origin = origin;
    this.#token = token;
  }

  post = (path: string, body: object): Promise<Posted> => this.send("POST", path, body);

  async send(method: string, path: string, body: object): Promise<Posted> {
    const headers = {
      Authorization: `Bearer ${this.#token}`,
      "Content-Type": "application/json",
      "Idempotency-Key": crypto.randomUUID(),
    };
    const init = { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(`${this.#origin}${path}`, init);
    const told = (await answer.json()) as Posted["body"];
    return { status: answer.status, id: told.journal_entry_id, body: told };
  }

  async get(path: string): Promise<string> {
    const answer = await fetch(`${this.#origin}${path}`, {
      headers: { Authorization: `Bearer ${this.#token}` },
    });
    const body = await answer.text();
    expect(answer.status, body).toBe(200);
    return body;
  }

  async balance(account: string, currency: string, day: string): Promise<bigint> {
    const path = `/v1/accounts/${account}/balance?currency=${currency}&as_of_date=${day}`;
    const { dr_balance_minor, cr_balance_minor } = JSON.parse(await this.get(path));
    return BigInt(dr_balance_minor) - BigInt(cr_balance_minor);
  }
}
