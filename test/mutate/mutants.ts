import MagicString from "magic-string";
import { parseAst } from "vitest/node";

/** One small change of a source file. */
export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly original: string;
  readonly mutated: string;
}

/** A node of the syntax tree (ESTree), as far as the walk needs it. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** Syntax of TypeScript around an expression; all other `TS…` nodes are types, which do not run. */
const WRAPPERS = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"];
/** Members that hold a name or a module, not an expression that runs. */
const PASSED_OVER = ["ImportDeclaration", "ExportAllDeclaration"];

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
};
const METHODS = new Map([
  ["some", "every"],
  ["every", "some"],
  ["min", "max"],
  ["max", "min"],
]);
/** Methods whose call is left out. */
const DROPPED = ["filter", "sort", "toSorted", "reverse", "slice", "trim", "toLowerCase"];

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

/** The links of a chain such as `a?.b(c).d`: parentheses around one of them would end the chain there. */
const isLink = (node: Node, parent: Node | null, isInChain: boolean): boolean =>
  isInChain && parent !== null && [parent.object, parent.callee, parent.expression].includes(node);

function visit(
  node: Node,
  parent: Node | null,
  found: (node: Node, parent: Node | null) => void,
  isInChain = false,
): void {
  if (PASSED_OVER.includes(node.type)) return;
  if (node.type.startsWith("TS") && !WRAPPERS.includes(node.type)) return;
  const link = isLink(node, parent, isInChain);
  if (!link) found(node, parent);
  for (const [name, member] of Object.entries(node)) {
    if (name === "key" && node.computed !== true) continue;
    for (const child of Array.isArray(member) ? member : [member])
      if (isNode(child)) visit(child, node, found, link || node.type === "ChainExpression");
  }
}

/** The conditions that a statement or `? :` decides by: only `false` ends a loop. */
function constants(node: Node, parent: Node | null): readonly string[] {
  if (parent?.test !== node) return [];
  if (parent.type === "IfStatement" || parent.type === "ConditionalExpression") return ["true", "false"];
  return ["WhileStatement", "ForStatement"].includes(parent.type) ? ["false"] : [];
}

function otherLiterals(own: string, { value, regex }: Node): readonly string[] {
  if (typeof value === "number") return [`${own} + 1`];
  if (typeof value === "bigint") return [`${own} + 1n`];
  if (typeof value === "boolean") return [value ? "false" : "true"];
  if (typeof regex !== "object") return [];
  const { pattern, flags } = regex as { readonly pattern: string; readonly flags: string };
  const inner = [pattern.replace(/^\^/, ""), pattern.replace(/(?<!\\)\$$/, "")];
  return inner.filter((one) => one !== pattern && one !== "").map((one) => `/${one}/${flags}`);
}

/** The texts that take the place of a node, one at a time. `own` is its text. */
function replacements(node: Node, own: string, source: string): readonly string[] {
  const { left, right, operator, argument, callee } = node as Record<string, unknown>;
  const text = ({ start, end }: Node) => source.slice(start, end);
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression": {
      if (!isNode(left) || !isNode(right)) return [];
      const at = source.indexOf(String(operator), left.end);
      const [before, after] = [
        source.slice(node.start, at),
        source.slice(at + String(operator).length, node.end),
      ];
      if (operator === "??") return [before, after];
      return (OPERATORS[String(operator)] ?? []).map((other) => `${before}${other}${after}`);
    }
    case "UnaryExpression":
      return isNode(argument) && ["!", "-"].includes(String(operator)) ? [text(argument)] : [];
    case "Literal":
      return otherLiterals(own, node);
    case "CallExpression": {
      if (!isNode(callee) || callee.type !== "MemberExpression") return [];
      const { object, property } = callee;
      if (!isNode(object) || !isNode(property) || object.type === "Super") return [];
      if (DROPPED.includes(text(property))) return [text(object)];
      const other = METHODS.get(text(property));
      return other
        ? [source.slice(node.start, property.start) + other + source.slice(property.end, node.end)]
        : [];
    }
    default:
      return [];
  }
}

/** The objects that are spread into a literal, and the statements of one expression: calls and assignments. */
function leftOut(node: Node): readonly (readonly [Node, string])[] {
  if (node.type === "ObjectExpression") {
    const members = node.properties as readonly Node[];
    const spread = members.flatMap(({ type, argument }) =>
      type === "SpreadElement" ? [argument as Node] : [],
    );
    return spread.map((one) => [one, "{}"] as const);
  }
  if (node.type !== "ExpressionStatement") return [];
  const { callee } = node.expression as Node;
  return isNode(callee) && callee.type === "Super" ? [] : [[node.expression as Node, "undefined"]];
}

/**
 * The mutants of a source file, and its text with all of them inside: `__mutant(n)` is true where mutant `n` is
 * switched on. Their numbers begin at `first`.
 */
export function mutate(
  file: string,
  source: string,
  first: number,
): { readonly code: string; readonly mutants: readonly Mutant[] } {
  const mutants: Mutant[] = [];
  const code = new MagicString(source);
  const empty = new Map<Node, string>();
  const program = parseAst(source, { lang: "ts" }) as unknown as Node;
  visit(program, null, (node, parent) => {
    for (const [child, text] of leftOut(node)) empty.set(child, text);
    const original = source.slice(node.start, node.end);
    const others = [
      ...replacements(node, original, source),
      ...constants(node, parent),
      empty.get(node) ?? [],
    ].flat();
    if (others.length === 0) return;
    const choice = others.map((mutated) => {
      mutants.push({ file, line: source.slice(0, node.start).split("\n").length, original, mutated });
      return `__mutant(${first + mutants.length - 1})?(${mutated}):`;
    });
    code.appendRight(node.start, `(${choice.join("")}(`);
    code.appendLeft(node.end, "))");
  });
  return { code: code.toString(), mutants };
}
