import type { Guard } from "./app-env.ts";
import { renderProblem } from "./problem.ts";

/** Refuses what writes while the operator has stopped writes (docs/operate.md#after-a-restore). */
export const unlessReadOnly: Guard = (c) => {
  if (c.env.READ_ONLY !== "true") return undefined;
  const detail = "The service takes no writes at the moment. Send the same request again later.";
  return renderProblem(c, { code: "read_only", detail });
};
