#!/bin/sh
# The life of a loan with curl: sh flow.sh
set -eu
: "${LOAN_LEDGER_URL:?}" "${LOAN_LEDGER_TOKEN:?}"
run=$(date +%s)-$$
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# expect STATUS WORDS: ends with the answer when it has another status, or does not hold the words.
expect() {
  if [ "$status" != "$1" ] || ! grep -qF "$2" "$answer"; then
    echo "got $status, expected $1 with $2:" >&2
    cat "$answer" >&2
    exit 1
  fi
  echo "$status $2"
}

# Sends an event under a key. curl sends it again, under the same key, after 429, 5xx and a lost connection.
send() {
  status=$(curl -sS --retry 5 --retry-connrefused -o "$answer" -w '%{http_code}' "$LOAN_LEDGER_URL/ingest" \
    -H "Authorization: Bearer $LOAN_LEDGER_TOKEN" -H "Idempotency-Key: $1-$run" \
    -H 'Content-Type: application/json' -d "$2")
}

send client '{"category": "client", "data": {"step": "create", "client_id": "BR-'"$run"'", "name": "John Doe",
  "email": "john.doe@example.com", "phone": "+1234567890", "address": "123 Main St, New York, NY 10001",
  "country": "US", "is_company": false, "registration_number": "ID-'"$run"'", "gender": "male"}}'
expect 201 '"status":"success"'
send loan '{"category": "disbursement", "data": {"step": "create", "disbursement_id": "DSB-'"$run"'", "kind": "loan",
  "client_id": "BR-'"$run"'", "disbursement_amount": 1000.00, "total_expected_margin": 120.00, "currency": "USD",
  "disbursement_date": "2026-01-15", "maturity_date": "2026-03-15"}}'
expect 201 '"status":"success"'
for installment in 1:2026-02-15 2:2026-03-15; do
  number=${installment%%:*}
  send "payment-$number" '{"category": "payment", "data": {"step": "create", "payment_id": "PAY-'"$run-$number"'",
    "disbursement_id": "DSB-'"$run"'", "status": "expected", "due_date": "'"${installment#*:}"'", "payment_total": 560.00,
    "payment_principal": 500.00, "payment_fee": 60.00, "installment_number": '"$number"', "currency": "USD"}}'
  expect 201 '"status":"success"'
done

# The first installment is paid. The same key again stores nothing.
paid='{"category": "payment", "data": {"step": "update", "payment_id": "PAY-'"$run"'-1", "status": "paid",
  "payment_date": "2026-02-14"}}'
send paid "$paid"
expect 200 '"status":"success"'
send paid "$paid"
expect 200 '"status":"duplicate"'

# What is wrong is refused, with the field that is wrong.
send wrong '{"category": "payment", "data": {"step": "update", "payment_id": "PAY-'"$run"'-2", "payment_total": 560.001}}'
expect 400 '"field":"data.payment_total"'

status=$(curl -sS --retry 5 -o "$answer" -w '%{http_code}' -H "Authorization: Bearer $LOAN_LEDGER_TOKEN" \
  "$LOAN_LEDGER_URL/api/positions/DSB-$run?as_of_date=2026-03-25")
expect 200 '"days_past_due":10'
expect 200 '"outstanding_principal":500,'
