/** A seller's tape of some shape: made-up rows, the mapping that reads it, and the day of its figures. */
export interface Shape {
  readonly name: string;
  readonly tape: string;
  readonly mapping: Readonly<Record<string, unknown>>;
  readonly asOf: string;
  /** How many loans it holds. */
  readonly loans: number;
}

const column = (name: string, more: object = {}) => ({ column: name, ...more });
const constant = (value: unknown) => ({ constant: value });
const template = (text: string) => ({ template: text });

const person = { country: constant("US"), is_company: constant(false) };
const loan = { kind: constant("loan"), currency: constant("USD"), total_expected_margin: constant(0) };

const received = (fields: object) => ({
  category: "payment",
  fields: { status: constant("paid"), currency: constant("USD"), ...fields },
});

const simple: Shape = {
  name: "borrower, loan and balance in one row",
  asOf: "2026-06-30",
  loans: 3,
  tape:
    "Loan no;Borrower;Country;Amount;Interest;Start;Maturity;Repaid;Repaid on;Balance\n" +
    '1;Müller, Ada;DE;"10.000,00";"1.250,50";15.01.2026;15.01.2027;"2.500,25";01.06.2026;"7.499,75"\n' +
    "2;Roe, Jan;NL;5.000,00;0,00;01.02.2026;01.02.2027;;;5.000,00\n" +
    "3;Müller, Ada;DE;800;80;01.03.2026;01.12.2026;800;30.05.2026;0\n",
  mapping: {
    decimal: ",",
    date_format: "DD.MM.YYYY",
    events: [
      {
        category: "client",
        fields: { client_id: column("Borrower"), country: column("Country"), is_company: constant(false) },
      },
      {
        category: "disbursement",
        fields: {
          disbursement_id: template("L-{Loan no}"),
          kind: constant("loan"),
          client_id: column("Borrower"),
          disbursement_amount: column("Amount"),
          total_expected_margin: column("Interest"),
          currency: constant("EUR"),
          disbursement_date: column("Start"),
          maturity_date: column("Maturity"),
        },
      },
      {
        category: "payment",
        when: { column: "Repaid", given: true },
        fields: {
          payment_id: template("L-{Loan no}-repaid"),
          disbursement_id: template("L-{Loan no}"),
          status: constant("paid"),
          due_date: column("Repaid on"),
          payment_date: column("Repaid on"),
          payment_total: column("Repaid"),
          payment_fee: constant(0),
          currency: constant("EUR"),
        },
      },
    ],
    tie_out: { disbursement_id: template("L-{Loan no}"), outstanding: column("Balance") },
  },
};

const wide: Shape = {
  name: "a wide schedule",
  asOf: "2026-03-15",
  loans: 2,
  // The second installment of A is 14 days late on the day; B has only two.
  tape:
    "id,name,amount,start,end,due 1,principal 1,due 2,principal 2,due 3,principal 3,paid 1,outstanding,days_past_due,arrears,state\n" +
    "A,Ann,900,2026-01-01,2026-04-01,2026-02-01,300,2026-03-01,300,2026-04-01,300,2026-02-01,600,14,300,late\n" +
    "B,Bea,500,2026-01-01,2026-05-01,2026-04-01,250,2026-05-01,250,,,,500,0,0,current\n",
  mapping: {
    rest: "refuse",
    events: [
      { category: "client", fields: { client_id: column("name"), ...person } },
      {
        category: "disbursement",
        fields: {
          ...loan,
          disbursement_id: column("id"),
          client_id: column("name"),
          disbursement_amount: column("amount"),
          disbursement_date: column("start"),
          maturity_date: column("end"),
        },
      },
      {
        category: "payment",
        each: ["1", "2", "3"],
        when: { column: "due {each}", given: true },
        fields: {
          payment_id: template("{id}-{each}"),
          disbursement_id: column("id"),
          status: constant("expected"),
          due_date: column("due {each}"),
          payment_total: column("principal {each}"),
          payment_fee: constant(0),
          currency: constant("USD"),
        },
      },
      {
        category: "payment",
        step: "update",
        when: { column: "paid 1", given: true },
        fields: { payment_id: template("{id}-1"), status: constant("paid"), payment_date: column("paid 1") },
      },
    ],
    tie_out: {
      disbursement_id: column("id"),
      outstanding: column("outstanding"),
      days_past_due: column("days_past_due"),
      arrears: column("arrears"),
      state: column("state"),
    },
  },
};

const expectedAndPaid: Shape = {
  name: "expected and paid in one row",
  asOf: "2026-04-10",
  loans: 2,
  // Ten days after the last due day of L1, 40 of its second installment are missing.
  tape:
    "loan,borrower,lent,lent on,ends,no,due on,due,paid on,paid,balance,late\n" +
    "L1,B1,200,01/15/2026,03/31/2026,1,02/28/2026,100,02/27/2026,100,40,10\n" +
    "L1,B1,200,01/15/2026,03/31/2026,2,03/31/2026,100,04/05/2026,60,40,10\n" +
    "L2,B1,50,03/01/2026,06/30/2026,1,06/30/2026,50,,,50,0\n",
  mapping: {
    date_format: "MM/DD/YYYY",
    events: [
      { category: "client", fields: { client_id: column("borrower"), ...person } },
      {
        category: "disbursement",
        fields: {
          ...loan,
          disbursement_id: column("loan"),
          client_id: column("borrower"),
          disbursement_amount: column("lent"),
          disbursement_date: column("lent on"),
          maturity_date: column("ends"),
        },
      },
      {
        category: "payment",
        fields: {
          payment_id: template("{loan}-{no}"),
          disbursement_id: column("loan"),
          status: constant("expected"),
          installment_number: column("no"),
          due_date: column("due on"),
          payment_total: column("due"),
          payment_fee: constant(0),
          currency: constant("USD"),
        },
      },
      {
        category: "payment",
        step: "update",
        when: { column: "paid on", given: true },
        fields: {
          payment_id: template("{loan}-{no}"),
          status: constant("paid"),
          payment_date: column("paid on"),
          payment_total: column("paid"),
          payment_principal: column("paid"),
          payment_fee: constant(0),
        },
      },
    ],
    tie_out: {
      disbursement_id: column("loan"),
      outstanding: column("balance"),
      days_past_due: column("late"),
    },
  },
};

const sbaLike: Shape = {
  name: "columns like those of the SBA",
  asOf: "2026-06-30",
  loans: 3,
  tape:
    "LoanNumber,BorrName,BorrStreet,BorrState,GrossApproval,SBAGuaranteedApproval,FirstDisbursementDate,MaturityDate,TermInMonths,NaicsCode,LoanStatus,PaidInFullDate,ChargeoffDate,GrossChargeoffAmount\n" +
    '1001,Blue Bakery LLC,1 Mill Rd,OH,"$150,000.00","$75,000.00",3/15/2022,3/15/2032,120,311811,EXEMPT,,,$0.00\n' +
    '1002,Oak Cabinets Inc,2 Oak St,TX,"$20,000.00","$10,000.00",11/1/2021,11/1/2028,84,337110,PIF,5/2/2025,,$0.00\n' +
    '1003,Stream Boats,3 Dock Ln,FL,"$80,000.00","$40,000.00",7/9/2020,7/9/2030,120,336612,CHGOFF,,2/28/2026,"$80,000.00"\n',
  mapping: {
    rest: "info",
    decimal: ".",
    date_format: "M/D/YYYY",
    events: [
      {
        category: "client",
        fields: {
          client_id: template("SBA-{LoanNumber}"),
          name: column("BorrName"),
          address: template("{BorrStreet}, {BorrState}"),
          country: constant("US"),
          is_company: constant(true),
        },
      },
      {
        category: "disbursement",
        rest: "info",
        fields: {
          ...loan,
          disbursement_id: column("LoanNumber"),
          client_id: template("SBA-{LoanNumber}"),
          disbursement_amount: column("GrossApproval", { format: "accounting" }),
          insurer_name: constant("SBA"),
          insurer_coverage: column("SBAGuaranteedApproval", { format: "accounting" }),
          disbursement_date: column("FirstDisbursementDate"),
          maturity_date: column("MaturityDate"),
        },
      },
      {
        category: "disbursement",
        step: "update",
        when: { column: "LoanStatus", equals: "CHGOFF" },
        fields: {
          disbursement_id: column("LoanNumber"),
          disbursement_amount: constant(0),
          change_date: column("ChargeoffDate"),
          change_reason: template("charged off {GrossChargeoffAmount}"),
        },
      },
      {
        ...received({
          payment_id: template("{LoanNumber}-full"),
          disbursement_id: column("LoanNumber"),
          due_date: column("PaidInFullDate"),
          payment_date: column("PaidInFullDate"),
          payment_total: column("GrossApproval", { format: "accounting" }),
          payment_fee: constant(0),
        }),
        when: { column: "LoanStatus", equals: "PIF" },
      },
    ],
    tie_out: {
      disbursement_id: column("LoanNumber"),
      state: column("LoanStatus", { values: { EXEMPT: "current", PIF: "repaid", CHGOFF: "written_off" } }),
    },
  },
};

const lendingClubLike: Shape = {
  name: "columns like those of LendingClub",
  asOf: "2026-06-30",
  loans: 2,
  tape:
    '"id","member_id","loan_amnt","term","int_rate","grade","issue_d","maturity_d","loan_status","out_prncp","total_rec_prncp","last_pymnt_d","addr_state"\n' +
    '"68407277","m1","3600"," 36 months","13.99%","C","Dec-2025","Dec-2028","Current","3150.75","449.25","Jun-2026","PA"\n' +
    '"68355089","m2","24700"," 36 months","11.99%","C","Dec-2025","Dec-2028","Fully Paid","0.00","24700","May-2026","SD"\n',
  mapping: {
    date_format: "MMM-YYYY",
    events: [
      { category: "client", fields: { client_id: column("member_id"), ...person } },
      {
        category: "disbursement",
        rest: "info",
        fields: {
          ...loan,
          disbursement_id: column("id"),
          client_id: column("member_id"),
          disbursement_amount: column("loan_amnt"),
          installment_count: column("term", { values: { "36 months": 36, "60 months": 60 } }),
          disbursement_date: column("issue_d"),
          maturity_date: column("maturity_d"),
        },
      },
      received({
        payment_id: template("{id}-received"),
        disbursement_id: column("id"),
        due_date: column("last_pymnt_d"),
        payment_date: column("last_pymnt_d"),
        payment_total: column("total_rec_prncp"),
        payment_fee: constant(0),
      }),
    ],
    tie_out: {
      disbursement_id: column("id"),
      outstanding: column("out_prncp"),
      state: column("loan_status", { values: { Current: "current", "Fully Paid": "repaid" } }),
    },
  },
};

const fannieMaeLike: Shape = {
  name: "columns like those of Fannie Mae, without a header",
  asOf: "2026-05-31",
  loans: 2,
  tape:
    "|100001|052026|R|Bank A|6.125|250000.00|248120.44|360|022026|042026|012056|720|CA||1879.56\n" +
    "|100002|052026|C|Bank B|5.875|181000.00|181000.00|360|042026|062026|032056|698|TX||\n",
  mapping: {
    delimiter: "|",
    date_format: "MMYYYY",
    rest: "ignore",
    columns: [
      ...[
        "Pool",
        "Loan Identifier",
        "Monthly Reporting Period",
        "Channel",
        "Seller Name",
        "Original Interest Rate",
      ],
      ...[
        "Original UPB",
        "Current Actual UPB",
        "Original Loan Term",
        "Origination Date",
        "First Payment Date",
      ],
      ...["Maturity Date", "Credit Score", "Property State", "Zero Balance Code", "Principal Paid"],
    ],
    events: [
      { category: "client", fields: { client_id: template("FM-{Loan Identifier}"), ...person } },
      {
        category: "disbursement",
        fields: {
          ...loan,
          disbursement_id: column("Loan Identifier"),
          client_id: template("FM-{Loan Identifier}"),
          disbursement_amount: column("Original UPB"),
          installment_count: column("Original Loan Term"),
          credit_score: column("Credit Score"),
          disbursement_date: column("Origination Date"),
          maturity_date: column("Maturity Date"),
        },
      },
      {
        ...received({
          payment_id: template("{Loan Identifier}-principal"),
          disbursement_id: column("Loan Identifier"),
          due_date: column("Monthly Reporting Period"),
          payment_date: column("Monthly Reporting Period"),
          payment_total: column("Principal Paid"),
          payment_fee: constant(0),
        }),
        when: { column: "Principal Paid", given: true },
      },
    ],
    tie_out: { disbursement_id: column("Loan Identifier"), outstanding: column("Current Actual UPB") },
  },
};

/** Every shape of tape that a mapping must read without any other work. */
export const SHAPES: readonly Shape[] = [
  simple,
  wide,
  expectedAndPaid,
  sbaLike,
  lendingClubLike,
  fannieMaeLike,
];
