import { LOOKUP_TABLES } from "../../contract/lookup/tables.ts";
import { capitalized, words } from "../format.ts";
import { tabs } from "../tabs.ts";

const NAMES = LOOKUP_TABLES.map(({ name }) => [name, capitalized(words(name))] as const);

/** Every table of the catalogue, as links. */
export const tableList = (name: string): HTMLElement => tabs("Tables", "tables", NAMES, { name });
