import type { FieldError } from "../core/problem.ts";
import { checkClient } from "./client.ts";
import { checkDisbursement } from "./disbursement.ts";
import type { Category } from "./fields.ts";
import { checkOperation } from "./operation.ts";
import { checkPayment } from "./payment.ts";

/**
 * The rules of a new record over the fields that could be read, for a body whose `unread` fields are refused already:
 * so that all its errors come in one answer (docs/api.md#errors).
 */
export function ruleErrors(
  category: Category,
  change: Readonly<Record<string, unknown>>,
  unread: ReadonlySet<string>,
): readonly FieldError[] {
  switch (category) {
    case "client":
      return checkClient(null, change, unread).errors;
    case "disbursement":
      return checkDisbursement(null, change, unread).errors;
    case "payment":
      return checkPayment(null, change, unread).errors;
    case "operation":
      return checkOperation(null, change, null, unread).errors;
  }
}
