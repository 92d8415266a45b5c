import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/app.ts";
import { type Answer, Api, answerOf } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { FaultyD1 } from "../support/faulty-d1.ts";
import { seedLoans } from "../support/portfolio-seed.ts";

/** More calls than any of these answers makes. */
const CALLS = [1, 2, 3, 4, 5, 6];

/** Answers a request; `write` runs before its D1 call number `call`, after the calls before have been answered. */
async function answerWith(
  api: Api,
  path: string,
  call: number,
  write: () => Promise<unknown>,
): Promise<Answer> {
  let calls = 0;
  const faulty = new FaultyD1(env.DB).meet(
    () => ++calls === call,
    async (send) => {
      await write();
      return send();
    },
    1,
  );
  const init = { headers: await api.headers() };
  return answerOf(await app.request(path, init, { ...env, DB: faulty.binding }, createExecutionContext()));
}

async function lender(): Promise<Api> {
  const api = new Api();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  await api.accept("payment", payment);
  return api;
}

const head = async (api: Api): Promise<number> =>
  (await api.get("/api/tables/events?limit=1")).body.data[0].sequence;

const pays = (api: Api, payment_total: number) =>
  api.accept("payment", { step: "update", payment_id: "PAY-1", payment_total });

const createAnew = async (api: Api) => {
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
  await api.accept("disbursement", { ...loan, disbursement_amount: 150_000, currency: "JPY" });
};

describe("known_at the head of the log, while somebody writes", () => {
  it.each([
    "/api/positions/L-1?as_of_date=2026-01-01",
    "/api/tables/payments/PAY-1?",
    "/api/tables/clients/C-1?",
    "/api/tables/disbursements/L-1?",
    "/api/portfolio?as_of_date=2026-01-01",
  ])("%s answers what the log knew", async (path) => {
    for (const call of CALLS) {
      const api = await lender();
      const known = await head(api);
      const before = (await api.get(`${path}&known_at=${known}`)).body.data;
      await env.DB.prepare("DELETE FROM position_memos WHERE tenant_id = ?").bind(api.tenant).run();
      const answer = await answerWith(api, `${path}&known_at=${known}`, call, async () => {
        await pays(api, 700);
        await createAnew(api);
        await api.accept("client", { step: "update", client_id: "C-1", name: "Another" });
      });
      expect([call, answer.body.data]).toEqual([call, before]);
    }
  });

  it("is the same for a row of the past that changes again", async () => {
    for (const call of CALLS) {
      const api = await lender();
      const known = await head(api);
      await pays(api, 600);
      const answer = await answerWith(api, `/api/tables/payments/PAY-1?known_at=${known}`, call, () =>
        pays(api, 700),
      );
      expect([call, answer.body.data.payment_total]).toEqual([call, payment.payment_total]);
    }
  });
});

describe("a disbursement that is deleted and created anew while it is read", () => {
  const ONE_LIFE = [
    ["USD", 10_000],
    ["JPY", 150_000],
  ];

  it.each(["/api/positions/L-1?", "/api/positions?", "/api/portfolio?"])(
    "%s shows one of its lives",
    async (path) => {
      for (const call of CALLS) {
        const api = await lender();
        const { body } = await answerWith(api, `${path}as_of_date=2026-01-01`, call, () => createAnew(api));
        const [shown] = [body.data].flat();
        const life = [shown.currency, shown.outstanding ?? shown.outstanding_principal];
        expect(ONE_LIFE, `call ${call}`).toContainEqual(life);
      }
    },
  );
});

describe("a disbursement with more payments than one call reads", () => {
  /** Its second payment and its last but one, by the order in which they are read. */
  const CHANGED = ["P-001919", "P-002162"];

  it.each(["/api/positions/L-000001?as_of_date=2026-06-15", "/api/portfolio?as_of_date=2026-12-31"])(
    "%s shows all of an event's time, or none",
    async (path) => {
      const api = new Api();
      await api.accept("client", individual);
      await seedLoans(api.tenant, { loans: 1, paymentsOfALoan: 6000 });
      const seen = (answer: Answer) => {
        const data = [answer.body.data].flat()[0];
        return (
          data.installments
            ?.filter(({ payment_id }: { payment_id: string }) => CHANGED.includes(payment_id))
            .map(({ expected }: { expected: { total: number } }) => expected.total) ?? data.scheduled
        );
      };
      for (const call of CALLS) {
        const before = seen(await api.get(path));
        const change = {
          step: "update",
          payment_total: 110 + call,
          payment_principal: null,
          payment_fee: null,
        };
        const answer = await answerWith(api, path, call, async () => {
          for (const payment_id of CHANGED) {
            await api.accept("payment", { ...change, payment_id });
          }
        });
        await env.DB.prepare("DELETE FROM position_memos WHERE tenant_id = ?").bind(api.tenant).run();
        const after = seen(await api.get(path));
        expect([before, after], `call ${call}`).toContainEqual(seen(answer));
      }
    },
  );
});
