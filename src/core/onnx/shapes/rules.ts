import type { NodeView, ValueType } from './nodeView.ts';

/** Types of a node's outputs; throws `node.fail(…)` where the inputs don't fit. */
export type ShapeRule = (node: NodeView) => readonly ValueType[];
/** By operator. */
export type ShapeRules = Readonly<Record<string, ShapeRule>>;
