import type { Figure } from "../tie-out/theirs.ts";

/** A place that a column may fill: a field of a category, or a figure to tie out. */
export type Place = `${"client" | "disbursement" | "payment"}.${string}` | `tie_out.${Figure}`;

/**
 * How tapes name what the fields hold, in words of lower case; the better name of a place stands first. The names of public
 * tapes (SBA, LendingClub, Fannie Mae) are among them.
 */
const NAMES: Readonly<Record<Place, readonly string[]>> = {
  "disbursement.disbursement_id": [
    ...["disbursement id", "loan id", "loan no", "loan number", "loan identifier", "loan nr", "loan ref"],
    ...["loan reference", "contract no", "contract number", "contract id", "facility id", "account number"],
    ...["account no", "deal id", "id"],
  ],
  "client.client_id": [
    ...[
      "client id",
      "client no",
      "client number",
      "borrower id",
      "borrower no",
      "borrower number",
      "customer id",
    ],
    ...["customer no", "customer number", "member id", "obligor id"],
  ],
  "client.name": [
    ...["name", "borrower name", "client name", "customer name", "obligor name", "borr name", "full name"],
    ...["borrower", "client", "customer"],
  ],
  "client.email": ["email", "e mail", "email address", "e mail address"],
  "client.phone": ["phone", "phone number", "telephone", "mobile"],
  "client.address": ["address", "street", "borr street", "borrower address", "street address"],
  "client.country": ["country", "country code", "borrower country"],
  "client.is_company": ["is company", "company"],
  "client.registration_number": [
    ...["registration number", "registration no", "tax id", "national id", "id number", "ein", "vat number"],
  ],
  "client.gender": ["gender", "sex"],
  "client.contact_person": ["contact person", "contact"],
  "disbursement.disbursement_amount": [
    ...[
      "disbursement amount",
      "disbursed amount",
      "loan amount",
      "funded amnt",
      "loan amnt",
      "gross approval",
    ],
    ...["original upb", "original unpaid principal balance", "original balance", "original principal"],
    ...["original amount", "principal amount", "principal", "amount"],
  ],
  "disbursement.total_expected_margin": [
    "total expected margin",
    "total interest",
    "margin",
    "finance charge",
  ],
  "disbursement.currency": ["currency", "ccy", "currency code"],
  "disbursement.disbursement_date": [
    ...[
      "disbursement date",
      "disbursed on",
      "origination date",
      "issue date",
      "issue d",
      "first disbursement date",
    ],
    ...["funding date", "funded date", "start date", "loan date", "approval date", "value date"],
  ],
  "disbursement.maturity_date": ["maturity date", "maturity", "final due date", "end date", "expiry date"],
  "disbursement.installment_count": [
    "installment count",
    "installments",
    "term",
    "term in months",
    "loan term",
  ],
  "disbursement.approved_amount": ["approved amount", "sba guaranteed approval"],
  "disbursement.credit_score": [
    "credit score",
    "fico",
    "fico range low",
    "borrower credit score at origination",
  ],
  "payment.payment_id": ["payment id", "receipt id", "receipt no", "transaction id"],
  "payment.due_date": ["due date", "due", "due on", "installment due date"],
  "payment.payment_date": [
    "payment date",
    "paid date",
    "paid on",
    "date paid",
    "received on",
    "receipt date",
  ],
  "payment.payment_total": [
    ...["payment total", "payment amount", "installment amount", "installment", "amount due", "due amount"],
    ...["amount paid", "paid amount", "amount"],
  ],
  "payment.payment_principal": ["payment principal", "principal due", "principal paid", "principal"],
  "payment.payment_fee": ["payment fee", "interest due", "interest paid", "interest", "fee"],
  "payment.installment_number": ["installment number", "installment no", "no", "number"],
  "tie_out.outstanding": [
    ...[
      "outstanding",
      "outstanding principal",
      "outstanding balance",
      "current balance",
      "principal balance",
    ],
    ...["balance", "out prncp", "current actual upb", "unpaid principal balance"],
  ],
  "tie_out.days_past_due": [
    "days past due",
    "dpd",
    "days late",
    "days overdue",
    "days in arrears",
    "days delinquent",
  ],
  "tie_out.arrears": ["arrears", "past due amount", "amount past due", "overdue amount", "overdue"],
  "tie_out.state": ["loan state", "loan status", "state"],
};

/** A column's name in words: `LoanAmount`, `loan_amount` and `Loan amount` are one. */
export const wordsOf = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** How well a name fits a place: 0 for the best one of its names; -1 for none. */
export const fitOf = (place: Place, name: string): number => NAMES[place]?.indexOf(wordsOf(name)) ?? -1;

export const PLACES = Object.keys(NAMES) as readonly Place[];
