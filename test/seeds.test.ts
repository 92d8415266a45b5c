import { describe, expect, it } from "vitest";
import { type Answer, Api, newKey } from "./support/api.ts";
import * as seed from "./support/seed-examples.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The code of each refused field. */
const fieldCodes = (answer: Answer): Record<string, string> =>
  Object.fromEntries(
    (answer.body.errors ?? []).map(({ field, code }: { field: string; code: string }) => [field, code]),
  );

async function accepted(api: Api, example: string): Promise<Answer> {
  const answer = await api.post("/ingest", example);
  expect(answer.body).toMatchObject({ status: "success", message: "Event processed" });
  return answer;
}

/** An example of a document with some members of `data` replaced; undefined takes one away. */
function changed(example: string, members: Record<string, unknown>): object {
  const { category, data } = JSON.parse(example);
  return { category, data: { ...data, ...members } };
}

describe("the recommended flow of the overview, with the documents' own examples", () => {
  it("accepts every example in its order and stores its values", async () => {
    const api = new Api();
    const steps: readonly (readonly [string, number, string, string])[] = [
      [seed.minimalIndividual, 201, "client", "BR-2024-001"],
      [seed.minimalCompany, 201, "client", "COMP-2024-001"],
      [seed.faqCompany, 201, "client", "BR-2024-002"],
      [seed.createLoan, 201, "disbursement", "DSB-2024-001"],
      [seed.createPurchase, 201, "disbursement", "DSB-2024-002"],
      [seed.createExpectedPayment, 201, "payment", "PAY-2024-001"],
      [seed.createPaidPayment, 201, "payment", "PAY-2024-002"],
      [seed.createPaymentOnPurchase, 201, "payment", "PAY-2024-003"],
      [seed.updateExpectedToPaid, 200, "payment", "PAY-2024-001"],
      [seed.updateLoan, 200, "disbursement", "DSB-2024-001"],
      [seed.deletePayment, 200, "payment", "PAY-2024-001"],
      [seed.deleteLoan, 200, "disbursement", "DSB-2024-001"],
    ];
    for (const [index, [example, status, category, id]] of steps.entries()) {
      const answer = await accepted(api, example);
      const { step } = JSON.parse(example).data;
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ sequence: index + 1, category, step, id });
      expect(answer.body.event_id).toMatch(UUID);
      expect(answer.headers.get("Location")).toBe(
        step === "create" ? `/api/tables/${category}s/${id}` : null,
      );
    }
    const paid = await api.get("/api/tables/payments/PAY-2024-002");
    expect(paid.body.data).toMatchObject({ client_id: "BR-2024-001", source: "client", payment_fee: 100 });
    const onPurchase = await api.get("/api/tables/payments/PAY-2024-003");
    expect(onPurchase.body.data).toMatchObject({ client_id: "BR-2024-001", source: "client" });
  });

  it("accepts the FAQ's individual client", async () => {
    const api = new Api();
    expect((await accepted(api, seed.faqIndividual)).status).toBe(201);
  });

  it("answers the examples of one id a second time with 409", async () => {
    const api = new Api();
    await accepted(api, seed.faqIndividual);
    const again = await api.post("/ingest", seed.minimalIndividual);
    expect([again.status, again.body.code]).toEqual([409, "already_exists"]);
  });

  it("changes only the members of the loan that the update example names", async () => {
    const api = new Api();
    await accepted(api, seed.minimalIndividual);
    await accepted(api, seed.createLoan);
    await accepted(api, seed.updateLoan);
    const { body } = await api.get("/api/tables/disbursements/DSB-2024-001");
    expect(body.data).toMatchObject({
      maturity_date: "2025-12-20T12:34:56Z",
      disbursement_date: "2024-10-20T12:34:56Z",
      disbursement_amount: 10000,
      total_expected_margin: 1293,
      gross_value: 10200,
      upfront_fee: 200,
    });
  });

  it("applies the expected-to-paid example", async () => {
    const api = new Api();
    for (const example of [seed.minimalIndividual, seed.createLoan, seed.createExpectedPayment]) {
      await accepted(api, example);
    }
    await accepted(api, seed.updateExpectedToPaid);
    const { body } = await api.get("/api/tables/payments/PAY-2024-001");
    expect(body.data).toMatchObject({
      status: "paid",
      payment_date: "2024-11-20T12:34:56Z",
      due_date: "2024-11-20",
      payment_principal: 400,
      payment_fee: 100,
      installment_number: 1,
    });
  });

  it("refuses the bare envelope, naming every field that a client needs", async () => {
    const answer = await new Api().post("/ingest", seed.envelopeShape);
    expect([answer.status, answer.body.code]).toEqual([400, "validation_error"]);
    const names = [
      "client_id",
      "name",
      "email",
      "phone",
      "address",
      "country",
      "is_company",
      "registration_number",
    ];
    expect(fieldCodes(answer)).toEqual(Object.fromEntries(names.map((name) => [`data.${name}`, "required"])));
  });
});

describe("idempotency as the overview describes it", () => {
  it("answers the same key again with the duplicate response instead of another event", async () => {
    const api = new Api();
    const key = "550e8400-e29b-41d4-a716-446655440000";
    const first = await api.post("/ingest", seed.minimalIndividual, key);
    const second = await api.post("/ingest", seed.minimalIndividual, key);
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject(JSON.parse(seed.duplicateAnswer));
    expect(second.body.event_id).toBe(first.body.event_id);
    expect(second.headers.get("Idempotent-Replayed")).toBe("true");
    expect(first.headers.get("Idempotent-Replayed")).toBeNull();
    expect((await accepted(api, seed.minimalCompany)).body.sequence).toBe(2);
  });

  it("accepts a corrected request under the key of a refused one", async () => {
    const api = new Api();
    const key = newKey();
    expect((await api.post("/ingest", seed.createLoan, key)).status).toBe(400);
    await accepted(api, seed.minimalIndividual);
    expect((await api.post("/ingest", seed.createLoan, key)).status).toBe(201);
  });
});

describe("the quick checks", () => {
  it.each(["customer", "Client", "clients", "", "constructor", "__proto__"])(
    "category %j is not accepted",
    async (category) => {
      const { data } = JSON.parse(seed.minimalIndividual);
      const answer = await new Api().post("/ingest", { category, data });
      expect([answer.status, answer.body.code]).toEqual([400, "unsupported_category"]);
    },
  );

  it.each([
    ["loan", /disbursement.*kind.*loan/],
    ["purchase", /disbursement.*kind.*purchase/],
    ["schedule", /payment.*expected/],
    ["insurance", /insurer/],
    ["write_off", /disbursement_amount/],
    ["asset_status", /asset_condition/],
    ["disbursement_status", /disbursement/],
  ])("the old category %s is refused and the detail names the replacement", async (category, way) => {
    const answer = await new Api().ingest(category, { step: "create", loan_id: "L-1" });
    expect([answer.status, answer.body.code]).toEqual([400, "unsupported_category"]);
    expect(answer.body.detail).toMatch(way);
  });

  it.each(["upsert", "Create", "", "remove"])("step %j is not accepted", async (step) => {
    const answer = await new Api().post("/ingest", changed(seed.minimalIndividual, { step }));
    expect(answer.status).toBe(400);
    expect(fieldCodes(answer)).toMatchObject({ "data.step": "invalid_value" });
  });

  it("a missing step is a required field", async () => {
    const answer = await new Api().post("/ingest", changed(seed.minimalIndividual, { step: undefined }));
    expect(fieldCodes(answer)).toMatchObject({ "data.step": "required" });
  });

  it("an individual needs a gender, a company a contact person and no gender", async () => {
    const api = new Api();
    const noGender = await api.post("/ingest", changed(seed.minimalIndividual, { gender: undefined }));
    expect(fieldCodes(noGender)).toEqual({ "data.gender": "required" });
    const noContact = await api.post("/ingest", changed(seed.minimalCompany, { contact_person: undefined }));
    expect(fieldCodes(noContact)).toEqual({ "data.contact_person": "required" });
    await accepted(api, seed.minimalCompany);
    const { body } = await api.get("/api/tables/clients/COMP-2024-001");
    expect(body.data).toMatchObject({ gender: "company", is_company: true });
  });

  it.each(["lease", "Loan", ""])("disbursement kind %j is not accepted", async (kind) => {
    const answer = await new Api().post("/ingest", changed(seed.createLoan, { kind }));
    expect(fieldCodes(answer)).toMatchObject({ "data.kind": "invalid_value" });
  });

  it.each(["received", "cancelled", "PAID", ""])("payment status %j is not accepted", async (status) => {
    const answer = await new Api().post("/ingest", changed(seed.createPaidPayment, { status }));
    expect(fieldCodes(answer)).toEqual({ "data.status": "invalid_value" });
  });

  it.each([
    ["client", { client_id: "NOBODY", name: "New name" }],
    ["disbursement", { disbursement_id: "NOTHING", bank_ref: "B" }],
    ["payment", { payment_id: "NOTHING", status: "paid" }],
    ["operation", { operation_id: "NOTHING", operation_name: "N" }],
  ])("updating a missing %s is 404", async (category, data) => {
    const answer = await new Api().ingest(category, { step: "update", ...data });
    expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
  });

  it("an unknown parent is a validation error", async () => {
    const api = new Api();
    const cases: readonly (readonly [object, string])[] = [
      [JSON.parse(seed.createLoan), "data.client_id"],
      [JSON.parse(seed.createPurchase), "data.purchase_clients.0.client_id"],
      [JSON.parse(seed.createPaidPayment), "data.disbursement_id"],
      [
        {
          category: "operation",
          data: { step: "create", operation_id: "O", disbursement_id: "X", operation_name: "N" },
        },
        "data.disbursement_id",
      ],
    ];
    for (const [event, field] of cases) {
      const answer = await api.post("/ingest", event);
      expect([answer.status, answer.body.code]).toEqual([400, "validation_error"]);
      expect(fieldCodes(answer)).toEqual({ [field]: "unknown_reference" });
    }
  });
});

describe("the client FAQ", () => {
  it("changes an individual into a company by update", async () => {
    const api = new Api();
    await accepted(api, seed.faqIndividual);
    await api.accept("client", {
      step: "update",
      client_id: "BR-2024-001",
      is_company: true,
      contact_person: "Jane Smith",
      registration_number: "CR-2024-001234",
    });
    const { body } = await api.get("/api/tables/clients/BR-2024-001");
    expect(body.data).toMatchObject({ is_company: true, gender: "company", contact_person: "Jane Smith" });
  });

  it("refuses to change into a company without a contact person, or back without a gender", async () => {
    const api = new Api();
    await accepted(api, seed.faqIndividual);
    await accepted(api, seed.faqCompany);
    const update = { step: "update", client_id: "BR-2024-001", is_company: true };
    expect(fieldCodes(await api.ingest("client", update))).toEqual({ "data.contact_person": "required" });
    const back = { step: "update", client_id: "BR-2024-002", is_company: false };
    expect(fieldCodes(await api.ingest("client", back))).toEqual({ "data.gender": "required" });
    await api.accept("client", { ...back, gender: "female" });
  });

  it.each(["male", "female"])("refuses the gender %s for a company", async (gender) => {
    const answer = await new Api().post("/ingest", changed(seed.faqCompany, { gender }));
    expect(fieldCodes(answer)).toEqual({ "data.gender": "invalid_value" });
  });

  it("refuses the gender company for an individual", async () => {
    const answer = await new Api().post("/ingest", changed(seed.faqIndividual, { gender: "company" }));
    expect(fieldCodes(answer)).toEqual({ "data.gender": "invalid_value" });
  });

  it("keeps a deleted client's loans, linked to the old client", async () => {
    const api = new Api();
    await accepted(api, seed.faqIndividual);
    await accepted(api, seed.createLoan);
    await accepted(api, seed.createExpectedPayment);
    await api.accept("client", { step: "delete", client_id: "BR-2024-001" });
    expect((await api.get("/api/tables/clients/BR-2024-001")).status).toBe(404);
    const { body } = await api.get("/api/tables/disbursements/DSB-2024-001");
    expect(body.data.client_id).toBe("BR-2024-001");
    await accepted(api, seed.createPaidPayment);
    await accepted(api, seed.updateLoan);
  });

  it("stores info as it was sent", async () => {
    const api = new Api();
    await api.post("/ingest", changed(seed.faqIndividual, JSON.parse(seed.infoExample)));
    const { body } = await api.get("/api/tables/clients/BR-2024-001");
    expect(body.data.info).toEqual({ key: "value", customField: "customValue" });
  });

  it.each(["PASS-AB123456", "ID-1234567890"])("takes %s as a registration number", async (number) => {
    await accepted(new Api(), JSON.stringify(changed(seed.faqIndividual, { registration_number: number })));
  });

  it.each(["US", "GB", "FR", "BR"])("takes %s as a country", async (country) => {
    await accepted(new Api(), JSON.stringify(changed(seed.faqIndividual, { country })));
  });

  it.each(["+1234567890", "+441234567890"])("takes %s as a phone number", async (phone) => {
    await accepted(new Api(), JSON.stringify(changed(seed.faqIndividual, { phone })));
  });
});

describe("the disbursement page's notes", () => {
  it("client_ids is no longer supported", async () => {
    const answer = await new Api().post("/ingest", changed(seed.createLoan, { client_ids: ["BR-2024-001"] }));
    expect(fieldCodes(answer)).toEqual({ "data.client_ids": "unsupported_field" });
  });

  it("a loan takes no purchase_clients and a purchase no client_id", async () => {
    const purchase_clients = [{ client_id: "BR-2024-001" }];
    const loan = await new Api().post("/ingest", changed(seed.createLoan, { purchase_clients }));
    expect(fieldCodes(loan)).toEqual({ "data.purchase_clients": "unsupported_field" });
    const purchase = await new Api().post("/ingest", changed(seed.createPurchase, { client_id: "B" }));
    expect(fieldCodes(purchase)).toEqual({ "data.client_id": "unsupported_field" });
  });

  it("an item of purchase_clients has only client_id", async () => {
    const purchase_clients = [{ client_id: "BR-2024-001", purchase_id: "DSB-2024-002" }];
    const answer = await new Api().post("/ingest", changed(seed.createPurchase, { purchase_clients }));
    expect(fieldCodes(answer)).toEqual({ "data.purchase_clients.0.purchase_id": "unknown_field" });
  });

  it("date fields accept a date as well as a timestamp", async () => {
    const api = new Api();
    await accepted(api, seed.minimalIndividual);
    const dates = { disbursement_date: "2024-10-20", maturity_date: "2025-10-20" };
    await accepted(api, JSON.stringify(changed(seed.createLoan, dates)));
    const { body } = await api.get("/api/tables/disbursements/DSB-2024-001");
    expect(body.data).toMatchObject(dates);
  });

  it.each([
    ["maturity_date", "2026-01-01"],
    ["total_expected_margin", 1000],
    ["disbursement_amount", 9000],
  ])("changing %s needs change_date and change_reason", async (term, value) => {
    const api = new Api();
    await accepted(api, seed.minimalIndividual);
    await accepted(api, seed.createLoan);
    const update = { step: "update", disbursement_id: "DSB-2024-001", [term]: value };
    expect(fieldCodes(await api.ingest("disbursement", update))).toEqual({
      "data.change_date": "required",
      "data.change_reason": "required",
    });
    await api.accept("disbursement", { ...update, change_date: "2024-12-20", change_reason: "Agreed" });
  });

  it("the currency must be one across disbursement and payment", async () => {
    const api = new Api();
    await accepted(api, seed.minimalIndividual);
    await accepted(api, seed.createLoan);
    const answer = await api.post("/ingest", changed(seed.createPaidPayment, { currency: "EUR" }));
    expect(fieldCodes(answer)).toEqual({ "data.currency": "currency_mismatch" });
  });
});

describe("the payment page's notes", () => {
  async function withDisbursements(): Promise<Api> {
    const api = new Api();
    for (const example of [seed.minimalIndividual, seed.createLoan, seed.createPurchase]) {
      await accepted(api, example);
    }
    return api;
  }

  it("a purchase payment needs client_id", async () => {
    const api = await withDisbursements();
    const event = changed(seed.createPaymentOnPurchase, { client_id: undefined });
    expect(fieldCodes(await api.post("/ingest", event))).toEqual({ "data.client_id": "required" });
  });

  it("entity_type and entity_id are tolerated and ignored", async () => {
    const api = await withDisbursements();
    const legacy = { entity_type: "loan", entity_id: "L-1" };
    expect((await api.post("/ingest", changed(seed.createPaidPayment, legacy))).status).toBe(201);
    const { body } = await api.get("/api/tables/payments/PAY-2024-002");
    expect(body.data).not.toHaveProperty("entity_type");
    expect(body.data).not.toHaveProperty("entity_id");
  });

  it("a canceled payment stays in history, a deleted one is removed", async () => {
    const api = await withDisbursements();
    await accepted(api, seed.createExpectedPayment);
    await api.accept("payment", { step: "update", payment_id: "PAY-2024-001", status: "canceled" });
    const { body } = await api.get("/api/tables/payments/PAY-2024-001");
    expect(body.data.status).toBe("canceled");
    await accepted(api, seed.deletePayment);
    expect((await api.get("/api/tables/payments/PAY-2024-001")).status).toBe(404);
  });

  it("installment 0, the upfront fee, is a number like any other", async () => {
    const api = await withDisbursements();
    const event = changed(seed.createExpectedPayment, { installment_number: 0 });
    expect((await api.post("/ingest", event)).status).toBe(201);
  });
});
