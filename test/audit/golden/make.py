"""Makes log.json: a log whose hashes come from docs/audit.md alone. Run: python3 make.py > log.json"""

import hashlib
import json

TENANT = "golden-bank"


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def canonical(value):
    """RFC 8785 of texts, integers and nulls: Python escapes texts as it asks, and these names sort alike in any encoding."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def text(data, facts=None):
    return json.dumps({"data": data, "facts": facts or {}}, ensure_ascii=False, separators=(",", ":"))


def line_objects(entry):
    """One line for each account, side and loan, numbered from 1."""
    lines = []
    for debit, credit, amount, loan, borrower in entry["postings"]:
        for account, side in ((debit, "DR"), (credit, "CR")):
            same = [line for line in lines if line[1:3] == [account, side] and line[4] == loan]
            if same:
                same[0][3] = str(int(same[0][3]) + int(amount))
                continue
            bank = entry["bank_account_ref"] if account == "1000" else None
            lines.append([len(lines) + 1, account, side, amount, loan, borrower, bank])
    return lines


def hashed_entry(entry):
    names = ("journal_entry_id", "event_type", "effective_at", "value_date", "currency", "layer")
    hashed = {name: entry[name] for name in names}
    if entry["reverses_entry_id"] is not None:
        hashed["reverses_entry_id"] = entry["reverses_entry_id"]
    return {**hashed, "lines": line_objects(entry)}


def entry(number, event_type, day, postings, **members):
    return {
        "journal_entry_id": f"01a1fa75-1084-7242-984d-{number:012x}",
        "event_type": event_type,
        "effective_at": day,
        "value_date": members.get("value_date", day),
        "currency": members.get("currency", "USD"),
        "layer": "SETTLED",
        "reverses_entry_id": members.get("reverses_entry_id"),
        "bank_account_ref": members.get("bank_account_ref"),
        "postings": postings,
    }


LOAN = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
OTHER = ("33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444")

# category, step, id, data, private, person, actor, entries
EVENTS = [
    ("client", "create", "C-1", text({"step": "create", "client_id": "C-1", "country": "ES", "is_company": False}),
     text({"name": "Jos\u00e9 Garc\u00eda", "phone": "+34 600", "info": {"note": "quote \" backslash \\ tab \t"}}),
     "client:C-1", "robot@bank", []),
    ("client", "create", "C-\u20ac/\u2028\U0001f600", text({"step": "create", "client_id": "C-2"}), None, None, None, []),
    ("settings", "put", "settings", text({"time_zone": "Europe/Madrid"}), None, None, "caf\u00e9 \u007f\u0001\"\\", []),
    ("disbursement", "create", "L-1", text({"step": "create", "disbursement_id": "L-1", "info": {"region": "north"}},
                                           {"on_date": "2024-10-20"}),
     text({"info": {"colour": "red"}, "reason": "a <b> & 'c'"}), "client:C-1", "robot@bank",
     [entry(4, "disbursement", "2024-10-20", [["1100", "2100", "1000000", *LOAN], ["1400", "2300", "129300", *LOAN]])]),
    ("disbursement", "create", "P-1", text({"step": "create", "disbursement_id": "P-1"}),
     text({"goods_description": "seed"}), None, "robot@bank", []),
    ("payment", "create", "PAY-1", text({"step": "create", "payment_id": "PAY-1", "payment_total": 500}), None, None,
     "robot@bank",
     [entry(6, "payment_received", "2024-11-20", [["1000", "1100", "40000", *LOAN], ["1000", "1400", "10000", *LOAN],
                                                  ["2300", "4100", "10000", *LOAN]], bank_account_ref="main")]),
    ("payment", "update", "PAY-1", text({"step": "update", "payment_id": "PAY-1", "status": "canceled"},
                                        {"currency": "USD", "disbursement_id": "L-1", "changes": {}}),
     text({"bank_ref": "\u9280\u884c-7", "change_reason": ""}, {"places": [1, 3]}), "client:C-1", None,
     [entry(7, "reversal", "2024-12-01", [["1100", "1000", "40000", *LOAN], ["1400", "1000", "10000", *LOAN],
                                          ["4100", "2300", "10000", *LOAN]], bank_account_ref="main",
            reverses_entry_id=f"01a1fa75-1084-7242-984d-{6:012x}", value_date="2024-11-20"),
      entry(71, "payment_received", "2024-12-02", [["1000", "1100", "1", *LOAN]], bank_account_ref="main")]),
    ("ledger", "accrual", "accrual", text({"program_id": "p"}), text({"metadata": {}}), None, "robot@bank",
     [entry(8, "accrual", "2024-12-31", [["1200", "4100", "9223372036854775807", *LOAN],
                                         ["1200", "4100", "0", *OTHER]])]),
    ("ledger", "manual_adjustment", "funding", text({"amount_minor": "7"}), text({"external_ref": "ref"}), None, None,
     [entry(9, "manual_adjustment", "2025-01-01", [["1000", "3000", "7", None, None]], currency="JPY",
            bank_account_ref="b:2")]),
    ("ledger", "chargeoff", "chargeoff", text({"loan_id": LOAN[0]}), text({"reason": "gone"}), f"borrower:{LOAN[1]}",
     "robot@bank",
     [entry(10, "chargeoff", "2025-01-02", [["5100", "1300", "1", *LOAN], ["5100", "1200", "2", *LOAN],
                                            ["5100", "1100", "3", *LOAN]])]),
    ("operation", "delete", "O-1", text({"step": "delete", "operation_id": "O-1"}), None, None, "", []),
    ("client", "delete", "C-1", text({"step": "delete", "client_id": "C-1"}), None, None, "robot@bank", []),
]


def main():
    previous = sha256(TENANT.encode())
    log = []
    for sequence, (category, step, name, data, private, person, actor, entries) in enumerate(EVENTS, 1):
        key = f"key-{sequence}"
        salt = None if private is None else hashlib.md5(key.encode()).hexdigest()
        hashed = {
            "tenant_id": TENANT,
            "sequence": sequence,
            "event_id": f"0192a6b0-0000-7000-8000-{sequence:012x}",
            "category": category,
            "step": step,
            "id": name,
            "data_hash": sha256(data.encode()),
            "key_hash": sha256(TENANT.encode(), b"\0", key.encode()),
            "created_at": 1730000000000 + 1000 * sequence,
        }
        if private is not None:
            hashed["private_hash"] = sha256(bytes.fromhex(salt), private.encode())
            if person is not None:
                hashed["person"] = person
        if actor is not None:
            hashed["actor"] = actor
        if entries:
            hashed["journal_entries_hash"] = sha256(canonical([hashed_entry(one) for one in entries]))
        previous = sha256(bytes.fromhex(previous), canonical(hashed))
        log.append({**hashed, "key": key, "data": data, "private": private, "salt": salt, "hash": previous,
                    "entries": entries})
    print(json.dumps({"tenant": TENANT, "events": log}, indent=1))


main()
