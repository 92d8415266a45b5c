import { expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { eventsOf, oneTo, sequencesOf } from "../support/gate.ts";

it("each tenant's log is gap-free and ordered by time under 300 concurrent events of five tenants", async () => {
  const apis = oneTo(5).map(() => new Api());
  for (const api of apis) {
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
  }
  const ids = oneTo(60);
  const answers = await Promise.all(
    ids.flatMap((number) =>
      apis.map((api) => api.ingest("payment", { ...payment, payment_id: `PAY-${number}` })),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  for (const api of apis) {
    const events = await eventsOf(api.tenant);
    expect(sequencesOf(events)).toEqual(oneTo(62));
    const times = events.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const payments = events.slice(2).map(({ record_id }) => record_id);
    expect(new Set(payments)).toEqual(new Set(ids.map((number) => `PAY-${number}`)));
  }
});
