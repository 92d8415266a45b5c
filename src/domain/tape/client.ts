import type { CategoryRules, CheckContext } from "./category.ts";
import { type Client, type ClientChange, clientFields } from "./fields.ts";
import { type Checked, merge, missingErrors } from "./record.ts";
import {
  companyWithGender,
  companyWithoutContact,
  individualWithCompanyGender,
  individualWithoutGender,
} from "./refusals.ts";

/**
 * Rules of a client (docs/api.md#clients): a company has a contact person and the gender `company`, sent or not; an
 * individual is `male` or `female`.
 */
function checkClient(
  current: Client | null,
  change: ClientChange,
  { unread = new Set() }: CheckContext = {},
): Checked<Client> {
  const { record: merged } = merge<Client>(clientFields, current, change, null);
  const record = { ...merged, erased_at: null };
  const errors = missingErrors(clientFields, record, unread);
  if (unread.has("is_company") || record.is_company === null) return { record, errors };
  if (!record.is_company) {
    if (!unread.has("gender") && record.gender === null) {
      errors.push(individualWithoutGender());
    } else if (!unread.has("gender") && record.gender === "company") {
      errors.push(individualWithCompanyGender(change.gender !== undefined));
    }
    // A company that becomes an individual does not keep the gender of a company.
    const isOutdated = record.gender === "company" && change.gender === undefined;
    return { record: isOutdated ? { ...record, gender: null } : record, errors };
  }
  if (change.gender === "male" || change.gender === "female") {
    errors.push(companyWithGender());
  }
  if (!unread.has("contact_person") && record.contact_person === null) {
    errors.push(companyWithoutContact());
  }
  return { record: { ...record, gender: "company" }, errors };
}

export const clientRules: CategoryRules<"client"> = {
  fields: clientFields,
  idField: "client_id",
  table: "clients",
  check: checkClient,
  assess: (_, current, change) => {
    const { record, errors } = checkClient(current, change);
    return { record, own: errors, references: [] };
  },
  facts: () => ({}),
  about: (_, { client_id }) => client_id,
  isOnePersons: () => true,
};
