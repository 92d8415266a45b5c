import type {
  Category,
  changeFields,
  clientFields,
  disbursementFields,
  operationFields,
  paymentFields,
} from "../domain/tape/fields.ts";

type Descriptions<T> = Readonly<Record<keyof T, string>>;

const client: Descriptions<typeof clientFields> = {
  client_id: "Your id of the client; unique within the tenant.",
  name: "Full name of the person or the company.",
  email: "E-mail address.",
  phone: "Phone number in E.164 form.",
  address: "Postal address.",
  country: "ISO 3166-1 alpha-2 code.",
  is_company: "True for a company, false for an individual.",
  registration_number: "Company registration number, or the individual's id number.",
  gender: "`male` or `female` for an individual, required. A company is stored with `company`.",
  contact_person: "Required for a company.",
  info: "Free data of yours, at most 16 KiB.",
};

const disbursement: Descriptions<typeof disbursementFields & typeof changeFields> = {
  disbursement_id: "Your id of the disbursement; unique within the tenant.",
  kind: "`loan` or `purchase`; immutable.",
  disbursement_amount: "Amount paid out. An update may lower it to 0: a full write-off.",
  total_expected_margin: "Margin that is expected over the whole life.",
  currency: "ISO 4217 code; immutable.",
  client_id: "The borrower of a loan.",
  disbursement_date: "When the loan was paid out.",
  maturity_date: "When the loan is due; not before `disbursement_date`.",
  purchase_clients: "The clients of a purchase, 1 to 100, each once.",
  operation_date: "Date of the purchase.",
  payment_date: "When the supplier was paid.",
  estimated_delivery_date: "When the goods should arrive.",
  goods_description: "What was bought.",
  goods_status: "Status of the goods, in your own words.",
  gross_value: "Amount before the upfront fee.",
  upfront_fee: "`gross_value` less the amount as first agreed.",
  installment_count: "How many installments are planned.",
  decision_date: "When the credit decision was made.",
  decision: "The credit decision, in your own words.",
  credit_score: "Score of the borrower: at most 18 digits.",
  reason: "Reason of the decision.",
  approved_amount: "Amount that was approved.",
  pledge_creditor: "Creditor to whom the receivable is pledged.",
  bank_ref: "Reference of the bank transfer.",
  insurer_coverage: "Amount that the insurer covers.",
  insurer_name: "Name of the insurer.",
  info: "Free data of yours, at most 16 KiB.",
  change_date:
    "The day from which the change of terms counts. Required when the amount, the margin or the maturity changes.",
  change_reason: "Why the terms change. Required with `change_date`.",
};

const payment: Descriptions<typeof paymentFields & typeof changeFields> = {
  payment_id: "Your id of the payment; unique within the tenant.",
  disbursement_id: "The disbursement that is paid back; immutable.",
  payment_total: "Total of the payment.",
  currency: "The disbursement's currency.",
  status: "`expected` for an installment, `paid` for money received, `canceled`.",
  due_date: "When the payment is due.",
  client_id: "The payer. Required on a purchase; on a loan it is the loan's client.",
  source: "Who pays; `client` by default.",
  payment_date: "When the money was received.",
  payment_principal: "Part of the total that pays back principal.",
  payment_fee: "Part of the total that pays margin or fees.",
  installment_number: "Number of the installment.",
  bank_ref: "Reference of the bank transfer.",
  refund: "True for money back to the client; immutable. Such a payment is `paid` or `canceled`.",
  recovery:
    "True for money on what was written off, which is `paid` or `canceled`. Set on create or with an update to `paid`.",
  info: "Free data of yours, at most 16 KiB.",
  change_date:
    "The day from which the event holds for the schedule. Without it the event holds for all days, as a correction.",
  change_reason: "Why the schedule changes.",
};

const operation: Descriptions<typeof operationFields> = {
  operation_id: "Your id of the operation; unique within the tenant.",
  disbursement_id: "The disbursement that it belongs to; immutable.",
  operation_name: "Name of the operation.",
  operation_description: "What it is.",
  operation_start_date: "First day.",
  operation_end_date: "Last day; not before the start.",
  operation_revenue: "Revenue; may be negative.",
  operation_cost: "Cost.",
  currency: "The disbursement's currency, which is the default; immutable.",
  asset_id: "Your id of the asset.",
  asset_type: "Type of the asset.",
  asset_value: "Value of the asset.",
  asset_description: "What the asset is.",
  asset_purchase_date: "When the asset was bought.",
  asset_condition:
    "Condition of the asset, in your own words. Each event that states it adds a row to `asset_status`.",
  depreciation_amount: "Depreciation for one period. Needs `asset_id` or `asset_value`.",
  depreciation_period: "Length of a period.",
  depreciation_method: "How the asset depreciates.",
  info: "Free data of yours, at most 16 KiB.",
};

const DESCRIPTIONS: Readonly<Record<Category, Readonly<Record<string, string>>>> = {
  client,
  disbursement,
  payment,
  operation,
};

/** The description of a field; the compiler asks for the text of a new one. */
export function fieldDescription(category: Category, name: string): string {
  const description = DESCRIPTIONS[category][name];
  return description ?? "Accepted from old callers and ignored.";
}
