"""The life of a loan with the standard library of Python 3.9 or later: python3 flow.py"""

import json
import os
import re
import time
import urllib.error
import urllib.request
import uuid
from decimal import Decimal

URL = os.environ["LOAN_LEDGER_URL"]
TOKEN = os.environ["LOAN_LEDGER_TOKEN"]
RUN = uuid.uuid4().hex[:8]
CLIENT, LOAN = f"BR-{RUN}", f"DSB-{RUN}"
ATTEMPTS = 6


def written(body):
    """JSON in which a Decimal is a number with all of its digits; a float would round it."""
    mark = uuid.uuid4().hex
    text = json.dumps(body, default=lambda amount: f"{mark}{amount}")
    return re.sub(f'"{mark}([0-9.]+)"', r"\1", text).encode()


def call(method, path, body=None, key=None):
    """Sends a request; after 429, 5xx or a lost connection it retries with the same key."""
    data = None if body is None else written(body)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    if body is not None:
        headers["Idempotency-Key"] = key or str(uuid.uuid4())
    for attempt in range(1, ATTEMPTS + 1):
        request = urllib.request.Request(URL + path, data, headers, method=method)
        pause = 0.25 * 2**attempt
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read(), parse_float=Decimal)
        except urllib.error.HTTPError as refused:
            if refused.code != 429 and refused.code < 500 or attempt == ATTEMPTS:
                return refused.code, json.loads(refused.read(), parse_float=Decimal)
            pause = float(refused.headers.get("Retry-After") or pause)
        except (urllib.error.URLError, ConnectionError):
            if attempt == ATTEMPTS:
                raise
        time.sleep(pause)


def expect(what, got, wanted):
    if got != wanted:
        raise SystemExit(f"{what}: got {got}, expected {wanted}")
    print(f"{what}: {got}")


def send(category, data, key=None, status=201):
    got, body = call("POST", "/ingest", {"category": category, "data": data}, key)
    expect(f"{category} {data['step']}", got, status)
    return body


send("client", {
    "step": "create", "client_id": CLIENT, "name": "John Doe", "email": "john.doe@example.com",
    "phone": "+1234567890", "address": "123 Main St, New York, NY 10001", "country": "US",
    "is_company": False, "registration_number": f"ID-{RUN}", "gender": "male",
})
send("disbursement", {
    "step": "create", "disbursement_id": LOAN, "kind": "loan", "client_id": CLIENT,
    "disbursement_amount": Decimal("1000.00"), "total_expected_margin": Decimal("120.00"), "currency": "USD",
    "disbursement_date": "2026-01-15", "maturity_date": "2026-03-15",
})
for number, due in ((1, "2026-02-15"), (2, "2026-03-15")):
    send("payment", {
        "step": "create", "payment_id": f"PAY-{RUN}-{number}", "disbursement_id": LOAN, "status": "expected",
        "due_date": due, "payment_total": Decimal("560.00"), "payment_principal": Decimal("500.00"),
        "payment_fee": Decimal("60.00"), "installment_number": number, "currency": "USD",
    })

# The first installment is paid. The same key again stores nothing.
paid = {"step": "update", "payment_id": f"PAY-{RUN}-1", "status": "paid", "payment_date": "2026-02-14"}
expect("first time", send("payment", paid, f"paid-{RUN}", 200)["status"], "success")
expect("second time", send("payment", paid, f"paid-{RUN}", 200)["status"], "duplicate")

# What is wrong is refused, with the field that is wrong.
tenth = {"step": "update", "payment_id": f"PAY-{RUN}-2", "payment_total": Decimal("560.001")}
refusal = send("payment", tenth, status=400)
expect("a tenth of a cent", refusal["errors"][0]["field"], "data.payment_total")

_, answer = call("GET", f"/api/positions/{LOAN}?as_of_date=2026-03-25")
expect("principal outstanding on 25 March", answer["data"]["outstanding_principal"], Decimal("500.00"))
expect("days past due on 25 March", answer["data"]["days_past_due"], 10)
