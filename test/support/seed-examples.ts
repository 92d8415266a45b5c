/** The JSON examples of the source documents, exactly as they stand there. */

// docs/api.md#ingest: Overview.

export const envelopeShape = `{
"category": "client",
"data": {
"step": "create"
}
}`;

export const minimalIndividual = `{
"category": "client",
"data": {
"step": "create",
"client_id": "BR-2024-001",
"name": "John Doe",
"email": "john.doe@example.com",
"phone": "+1234567890",
"address": "123 Main St, New York, NY 10001",
"country": "US",
"is_company": false,
"registration_number": "ID-1234567890",
"gender": "male"
}
}`;

export const minimalCompany = `{
"category": "client",
"data": {
"step": "create",
"client_id": "COMP-2024-001",
"name": "Acme Trading LLC",
"email": "finance@acme.example",
"phone": "+15550001031",
"address": "100 Market Street, New York, NY 10001",
"country": "US",
"is_company": true,
"registration_number": "REG-COMPANY-001",
"contact_person": "Jane Smith"
}
}`;

export const duplicateAnswer = `{
"status": "duplicate",
"message": "Event already processed"
}`;

// docs/api.md#disbursements: Disbursement payload.

export const createLoan = `{
"category": "disbursement",
"data": {
"step": "create",
"disbursement_id": "DSB-2024-001",
"kind": "loan",
"client_id": "BR-2024-001",
"disbursement_amount": 10000,
"currency": "USD",
"total_expected_margin": 1293,
"disbursement_date": "2024-10-20T12:34:56Z",
"maturity_date": "2025-10-20T12:34:56Z",
"upfront_fee": 200,
"gross_value": 10200
}
}`;

export const createPurchase = `{
"category": "disbursement",
"data": {
"step": "create",
"disbursement_id": "DSB-2024-002",
"kind": "purchase",
"purchase_clients": [
{
"client_id": "BR-2024-001"
}
],
"disbursement_amount": 15000,
"currency": "USD",
"total_expected_margin": 2000,
"operation_date": "2024-10-20T12:34:56Z",
"payment_date": "2024-10-20T12:34:56Z",
"estimated_delivery_date": "2025-10-20T12:34:56Z",
"goods_description": "Agricultural Equipment - Tractor",
"goods_status": "delivered"
}
}`;

export const updateLoan = `{
"category": "disbursement",
"data": {
"step": "update",
"disbursement_id": "DSB-2024-001",
"maturity_date": "2025-12-20T12:34:56Z",
"change_date": "2024-12-20T12:34:56Z",
"change_reason": "Client requested revised maturity date"
}
}`;

export const deleteLoan = `{
"category": "disbursement",
"data": {
"step": "delete",
"disbursement_id": "DSB-2024-001"
}
}`;

// docs/api.md#payments: Payment payload.

export const createExpectedPayment = `{
"category": "payment",
"data": {
"step": "create",
"payment_id": "PAY-2024-001",
"disbursement_id": "DSB-2024-001",
"status": "expected",
"due_date": "2024-11-20",
"payment_total": 500,
"payment_principal": 400,
"payment_fee": 100,
"installment_number": 1,
"currency": "USD"
}
}`;

export const createPaidPayment = `{
"category": "payment",
"data": {
"step": "create",
"payment_id": "PAY-2024-002",
"disbursement_id": "DSB-2024-001",
"status": "paid",
"source": "client",
"due_date": "2024-11-20",
"payment_date": "2024-11-20T12:34:56Z",
"payment_total": 500,
"payment_principal": 400,
"payment_fee": 100,
"installment_number": 1,
"currency": "USD"
}
}`;

export const createPaymentOnPurchase = `{
"category": "payment",
"data": {
"step": "create",
"payment_id": "PAY-2024-003",
"disbursement_id": "DSB-2024-002",
"client_id": "BR-2024-001",
"status": "paid",
"due_date": "2024-11-20",
"payment_date": "2024-11-20T12:34:56Z",
"payment_total": 500,
"currency": "USD"
}
}`;

export const updateExpectedToPaid = `{
"category": "payment",
"data": {
"step": "update",
"payment_id": "PAY-2024-001",
"status": "paid",
"payment_date": "2024-11-20T12:34:56Z",
"payment_total": 500
}
}`;

export const deletePayment = `{
"category": "payment",
"data": {
"step": "delete",
"payment_id": "PAY-2024-001"
}
}`;

// docs/api.md#clients: Client event FAQ.

export const infoExample = `{
"info": {
"key": "value",
"customField": "customValue"
}
}`;

export const faqIndividual = `{
"category": "client",
"data": {
"client_id": "BR-2024-001",
"step": "create",
"name": "John Doe",
"email": "john.doe@example.com",
"phone": "+1234567890",
"address": "123 Main St, New York, NY 10001",
"country": "US",
"is_company": false,
"registration_number": "ID-1234567890",
"gender": "male"
}
}`;

export const faqCompany = `{
"category": "client",
"data": {
"client_id": "BR-2024-002",
"step": "create",
"name": "Acme Corporation Inc.",
"email": "contact@acme.com",
"phone": "+1234567890",
"address": "456 Business Ave, New York, NY 10002",
"country": "US",
"is_company": true,
"contact_person": "Jane Smith",
"registration_number": "CR-2024-001234",
"gender": "company",
"info": {
"key": "value"
}
}
}`;
