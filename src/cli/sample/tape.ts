import type { SampleDay } from "./calendar.ts";
import { clientId, sampleClient } from "./clients.ts";
import { create, type Envelope } from "./envelope.ts";
import { BEHAVIOURS, sampledLife } from "./life.ts";
import { Random } from "./random.ts";
import { SampleReports } from "./reports.ts";
import { agree, type SampleAgreement } from "./terms.ts";

export interface SampleOptions {
  /** Disbursements in all: loans and purchases. */
  readonly loans: number;
  readonly seed: number;
  /** The day on which the tape ends. */
  readonly asOf: SampleDay;
}

const GOODS = [
  "Tractor",
  "Solar panels",
  "Delivery van",
  "Sewing machines",
  "Cold store",
  "Fertilizer",
  "Laptops",
];
const DISBURSEMENTS_A_CLIENT = 1.4;

/**
 * A realistic tape: clients, then each disbursement with its schedule, its payments and its changes. The same options
 * give the same tape. Its lines are valid in this order.
 */
export function* sampleTape({ loans, seed, asOf }: SampleOptions): Generator<Envelope> {
  const random = new Random(seed);
  const reports = new SampleReports(seed);
  const clients = Math.max(1, Math.ceil(loans / DISBURSEMENTS_A_CLIENT));
  for (let index = 1; index <= clients; index += 1) {
    yield withMembers(sampleClient(index, random), reports.ofClient());
  }
  for (let index = 1; index <= loans; index += 1) {
    const client = random.integer(1, clients);
    const agreement = agree(index, clientId(client), asOf, random);
    yield withMembers(disbursement(agreement, client, clients, random), reports.ofDisbursement());
    for (const installment of agreement.installments) yield expected(agreement, installment);
    if (agreement.kind === "purchase" && random.chance(0.5)) yield operation(agreement, index, random);
    const behaviour = random.weighted(BEHAVIOURS);
    for (const { envelope } of sampledLife(agreement, behaviour, asOf, random)) yield envelope;
  }
}

const withMembers = ({ category, data }: Envelope, members: object): Envelope => ({
  category,
  data: { ...data, ...members },
});

function disbursement(agreement: SampleAgreement, client: number, clients: number, random: Random): Envelope {
  const { id, kind, currency, start, maturity, principal, margin, installments, amount } = agreement;
  const fee = random.chance(0.3) ? Math.round(principal / 50) : null;
  const insured = random.chance(0.15);
  const common = {
    disbursement_id: id,
    kind,
    disbursement_amount: amount(principal),
    total_expected_margin: amount(margin),
    currency,
    installment_count: installments.length,
    decision: "approved",
    credit_score: random.integer(480, 820),
    ...(fee !== null && { upfront_fee: amount(fee), gross_value: amount(principal + fee) }),
    ...(insured && { insurer_name: "Harbour Mutual", insurer_coverage: amount(Math.round(principal * 0.8)) }),
  };
  const time = `${start}T09:00:00Z`;
  if (kind === "loan") {
    const loan = { client_id: clientId(client), disbursement_date: time, maturity_date: maturity };
    return create("disbursement", { ...common, ...loan });
  }
  const second = (client % clients) + 1;
  const shared = second !== client && random.chance(0.3) ? [{ client_id: clientId(second) }] : [];
  return create("disbursement", {
    ...common,
    purchase_clients: [{ client_id: clientId(client) }, ...shared],
    operation_date: time,
    payment_date: time,
    estimated_delivery_date: maturity,
    goods_description: random.pick(GOODS),
    goods_status: random.pick(["ordered", "shipped", "delivered"]),
  });
}

function expected(
  agreement: SampleAgreement,
  installment: SampleAgreement["installments"][number],
): Envelope {
  const { id, payer, currency, amount } = agreement;
  return create("payment", {
    payment_id: installment.id,
    disbursement_id: id,
    ...(payer !== null && { client_id: payer }),
    status: "expected",
    due_date: installment.due,
    payment_total: amount(installment.total),
    payment_principal: amount(installment.principal),
    payment_fee: amount(installment.fee),
    installment_number: installment.number,
    currency,
  });
}

function operation(agreement: SampleAgreement, index: number, random: Random): Envelope {
  const { id, principal, amount, start } = agreement;
  return create("operation", {
    operation_id: `OP-${String(index).padStart(4, "0")}`,
    disbursement_id: id,
    operation_name: "Lease of the financed goods",
    operation_start_date: start,
    asset_id: `AST-${String(index).padStart(4, "0")}`,
    asset_value: amount(principal),
    asset_condition: random.pick(["new", "good", "worn"]),
    depreciation_period: "monthly",
    depreciation_method: "straight_line",
    depreciation_amount: amount(Math.floor(principal / 60)),
  });
}
