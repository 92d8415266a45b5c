import { setTimeout as pause } from "node:timers/promises";
import { individual } from "../support/examples.ts";
import { TenantApi } from "./api.ts";
import { ingest } from "./load.ts";
import { LocalService } from "./service.ts";

/**
 * Measures how far history lags behind in the local service: from the answer to an event until its row can be read,
 * one event after another with pauses between. Prints milliseconds.
 */
const EVENTS = 200;
const POLL_MS = 10;
const PAUSE_MAX_MS = 300;

const service = await LocalService.create();
try {
  await service.start();
  const token = await service.token();
  const api = new TenantApi(service.url, token);
  await api.send(ingest("lag-client", "client", individual));
  const lags: number[] = [];
  const measured: Promise<void>[] = [];
  for (let index = 0; index < EVENTS; index += 1) {
    const reply = await api.send(
      ingest(`lag-loan-${index}`, "disbursement", {
        step: "create",
        disbursement_id: `L-${index}`,
        kind: "loan",
        client_id: individual.client_id,
        disbursement_amount: 100,
        total_expected_margin: 1,
        currency: "USD",
        disbursement_date: "2024-10-20",
        maturity_date: "2025-10-20",
      }),
    );
    if (reply === null) throw new Error("the service does not answer");
    const answered = performance.now();
    measured.push(
      untilReadable(`${service.url}/api/tables/disbursement_status/${reply.id}`, token).then(
        (at) => void lags.push(at - answered),
      ),
    );
    await pause((index * 97) % PAUSE_MAX_MS);
  }
  await Promise.all(measured);
  lags.sort((a, b) => a - b);
  const at = (share: number) => Math.round(lags[Math.ceil(share * lags.length) - 1] ?? Number.NaN);
  console.log(`${lags.length} events: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`);
} finally {
  await service.dispose();
}

async function untilReadable(url: string, token: string): Promise<number> {
  for (;;) {
    const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
    await response.body?.cancel();
    if (response.status === 200) return performance.now();
    if (response.status !== 404) throw new Error(`answered ${response.status}`);
    await pause(POLL_MS);
  }
}
