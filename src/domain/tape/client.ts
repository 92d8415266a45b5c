import { type Client, type ClientChange, clientFields } from "./fields.ts";
import { type Assessed, type Checked, merge, missingErrors, refuse } from "./record.ts";

/**
 * Rules of a client (docs/api.md#clients): a company has a contact person and the gender `company`, sent or not; an
 * individual is `male` or `female`. `unread` names fields that the schema refused already: no rule looks at them.
 */
export function checkClient(
  current: Client | null,
  change: ClientChange,
  unread: ReadonlySet<string> = new Set(),
): Checked<Client> {
  const { record } = merge<Client>(clientFields, current, change, null);
  const errors = missingErrors(clientFields, record, unread);
  if (unread.has("is_company") || record.is_company === null) return { record, errors };
  if (!record.is_company) {
    if (!unread.has("gender") && record.gender === null) {
      errors.push(refuse("gender", "required", 'is required for an individual: "male" or "female"'));
    } else if (!unread.has("gender") && record.gender === "company") {
      const stale = change.gender === undefined;
      errors.push(
        refuse(
          "gender",
          stale ? "required" : "invalid_value",
          'must be "male" or "female" for an individual',
        ),
      );
    }
    return { record, errors };
  }
  if (change.gender === "male" || change.gender === "female") {
    errors.push(refuse("gender", "invalid_value", 'must be "company" or absent for a company'));
  }
  if (!unread.has("contact_person") && record.contact_person === null) {
    errors.push(refuse("contact_person", "required", "is required for a company"));
  }
  return { record: { ...record, gender: "company" }, errors };
}

/** A client refers to nothing, so its own rules are all. */
export function assessClient(current: Client | null, change: ClientChange): Assessed<Client> {
  const { record, errors } = checkClient(current, change);
  return { record, own: errors, references: [] };
}
