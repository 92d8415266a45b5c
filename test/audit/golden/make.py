"""Hashes of a log from docs/audit.md alone.

python3 make.py               writes log.json and log.ndjson: a small log, and its export
python3 make.py log.ndjson    makes the hashes of an export again
"""

import hashlib
import json
import pathlib
import sys

TENANT = "golden-bank"
ENTRY_ID = "01a1fa75-1084-7242-984d-{:012x}"


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
        "journal_entry_id": ENTRY_ID.format(number),
        "event_type": event_type,
        "effective_at": day,
        "value_date": members.get("value_date", day),
        "currency": members.get("currency", "USD"),
        "layer": "SETTLED",
        "reverses_entry_id": members.get("reverses_entry_id"),
        "settles_entry_id": members.get("settles_entry_id"),
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
            reverses_entry_id=ENTRY_ID.format(6), value_date="2024-11-20"),
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
    ("client", "create", "C-3", text({"step": "create", "client_id": "C-3", "country": "US"}),
     text({"name": "Ann", "email": "ann@example.com"}), "client:C-3", "robot@bank", []),
    ("disbursement", "create", "P-2", text({"step": "create", "disbursement_id": "P-2"}),
     text({"goods_description": "cows", "info": {"n": 1.50}}), None, "robot@bank", []),
    ("ledger", "disbursement", OTHER[0], text({"amount_minor": "12"}), text({"destination_ref": "ACCT-1"}),
     f"borrower:{OTHER[1]}", "robot@bank",
     [entry(15, "disbursement", "2025-01-03", [["1100", "2100", "12", *OTHER], ["1400", "2300", "5", *OTHER]],
            value_date="2024-12-30")]),
    ("ledger", "disbursement_settled", OTHER[0], text({"disbursement_entry_id": ENTRY_ID.format(15).upper()}), None, None,
     "robot@bank",
     [entry(16, "disbursement_settled", "2025-01-04", [["2100", "1000", "12", *OTHER]], bank_account_ref="main",
            settles_entry_id=ENTRY_ID.format(15))]),
    ("ledger", "erase", OTHER[1], text({"reason": "request"}), None, None, "officer@bank", []),
    ("client", "erase", "C-3", text({"reason": "retention", "shared": ["P-0", "P-2"]}), None, None, "officer@bank", []),
    ("log", "restored", None, text({"restored_to": 18, "lost_from": 19, "lost_to": 1018, "last_known": 21,
                                    "last_known_hash": "ab" * 32}), None, None, None, []),
    ("ledger", "switched", None, text({"mode": "records"}), None, None, "officer@bank", []),
    ("payment", "update", "PAY-1", text({"step": "update", "payment_id": "PAY-1", "status": "paid"},
                                        {"currency": "USD", "disbursement_id": "L-1"}), None, None, "robot@bank",
     [entry(1021, "payment_received", "2025-02-02", [["1000", "1100", "40000", *LOAN], ["1000", "1400", "1", *LOAN]],
            bank_account_ref="main", value_date="2024-11-20"),
      entry(1022, "payment_allocated", "2025-02-02", [["2300", "4100", "10000", *LOAN]])]),
]

AFTER_GAP = 18
LOST = 1000
# What docs/api.md says of history: these events make rows of it.
WITH_HISTORY = (4, 5, 14)
# What the erasures of C-3 and of the borrower take.
ERASED = (13, 14, 15)


HASHED = ("tenant_id", "sequence", "event_id", "category", "step", "id", "data_hash", "private_hash", "person", "key_hash",
          "actor", "created_at", "journal_entries_hash")


def event_hash(previous, event):
    hashed = {name: event[name] for name in HASHED if event.get(name) is not None}
    return sha256(bytes.fromhex(previous), canonical(hashed))


def sealed(place, previous):
    """The event of a place in the table, with all that an export has of it."""
    category, step, name, data, private, person, actor, entries = EVENTS[place]
    sequence = place + 1 if place < AFTER_GAP else place + 1 + LOST
    event_id = f"0192a6b0-0000-7000-8000-{sequence:012x}"
    key = f"~{step}:{sequence}" if name is None else f"key-{sequence}"
    event = {
        "tenant_id": TENANT,
        "sequence": sequence,
        "event_id": event_id,
        "category": category,
        "step": step,
        "key_hash": sha256(TENANT.encode(), b"\0", key.encode()),
        "created_at": 1730000000000 + 1000 * sequence,
        "id": event_id if name is None else name,
        "data_hash": sha256(data.encode()),
    }
    salt = None
    if private is not None:
        salt = hashlib.md5(key.encode()).hexdigest()
        event["private_hash"] = sha256(bytes.fromhex(salt), private.encode())
        if person is not None:
            event["person"] = person
    if actor is not None:
        event["actor"] = actor
    hashed_entries = [hashed_entry(one) for one in entries]
    if entries:
        event["journal_entries_hash"] = sha256(canonical(hashed_entries))
    event["hash"] = event_hash(previous, event)
    return {**event, "data": data, "private": private, "salt": salt}, key, hashed_entries


def exported(event, entries, hashed_entries, records):
    """The event's line of an export."""
    kind = (event["category"], event["id"])
    is_record = event["category"] in ("client", "disbursement", "payment", "operation")
    is_erased = event["sequence"] in ERASED
    line = {
        **event,
        **({"private": None, "salt": None} if is_erased else {}),
        "previous_sequence": records.get(kind) if is_record else None,
        "makes_history": event["sequence"] in WITH_HISTORY,
        "entries": [
            {**{name: hashed[name] for name in sorted(hashed)},
             **({"settles_entry_id": one["settles_entry_id"]} if one["settles_entry_id"] else {})}
            for one, hashed in zip(entries, hashed_entries)
        ],
    }
    records[kind] = event["sequence"]
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def make():
    previous = sha256(TENANT.encode())
    log, lines, records = [], [], {}
    for place, (*_, entries) in enumerate(EVENTS):
        event, key, hashed_entries = sealed(place, previous)
        previous = event["hash"]
        log.append({**event, "key": key, "entries": entries})
        lines.append(exported(event, entries, hashed_entries, records) + "\n")
    here = pathlib.Path(__file__).parent
    here.joinpath("log.json").write_text(json.dumps({"tenant": TENANT, "events": log}, indent=1) + "\n")
    here.joinpath("log.ndjson").write_text("".join(lines), encoding="utf-8")


def check(path):
    """Makes every hash of an export again; says nothing of gaps and erasures, which verify explains."""
    previous, count = None, 0
    with open(path, encoding="utf-8", newline="\n") as file:
        for text in file:
            event = json.loads(text)
            entries = [{k: v for k, v in one.items() if k != "settles_entry_id"} for one in event["entries"]]
            made = {
                "data_hash": sha256(event["data"].encode()),
                "journal_entries_hash": sha256(canonical(entries)) if entries else None,
                "hash": event_hash(previous or sha256(event["tenant_id"].encode()), event),
            }
            if event["private"] is not None:
                made["private_hash"] = sha256(bytes.fromhex(event["salt"]), event["private"].encode())
            for name, value in made.items():
                if event.get(name) != value:
                    sys.exit(f"sequence {event['sequence']}: another {name}")
            previous, count = event["hash"], count + 1
    print(f"{count} events fit, the last hash is {previous}")


if len(sys.argv) > 1:
    check(sys.argv[1])
else:
    make()
