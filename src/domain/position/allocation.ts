/** `oldest`: money covers the oldest installment first. `own`: first the one on which it was recorded. */
export const ALLOCATIONS = ["oldest", "own"] as const;
export type Allocation = (typeof ALLOCATIONS)[number];
