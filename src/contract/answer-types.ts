import type { LosslessNumber } from "lossless-json";
import type * as z from "zod";
import type { exactDecimal } from "./answer-values.ts";

/** The type of a schema's value, with the types that stand for its exact decimals and its whole numbers. */
type Carried<T, Decimal, Whole> =
  T extends z.output<typeof exactDecimal>
    ? Decimal
    : T extends number
      ? Whole
      : T extends readonly (infer Item)[]
        ? readonly Carried<Item, Decimal, Whole>[]
        : T extends object
          ? { readonly [Member in keyof T]: Carried<T[Member], Decimal, Whole> }
          : T;

/** An answer as the Worker writes it: an exact decimal has its digits. */
export type AnswerOf<Schema extends z.ZodType> = Carried<z.output<Schema>, LosslessNumber, number>;

/** An answer as a lossless parser reads it: every number has its digits. */
export type ParsedOf<Schema extends z.ZodType> = Carried<z.output<Schema>, LosslessNumber, LosslessNumber>;
