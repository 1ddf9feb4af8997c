import { DataType, type OnnxDimension, type OnnxGraph, type OnnxNode, type OnnxValueInfo } from '../onnx/model.ts';

/** An input of whole numbers. */
export interface TokenInput {
  readonly name: string;
  readonly type: 'int64' | 'int32';
}

/** What a text encoder is fed with, as far as its declaration tells. */
export interface DeclaredTextInput {
  readonly ids: TokenInput;
  /** 1 for the text's own tokens, 0 for those that fill it up. */
  readonly mask: TokenInput | undefined;
  /** 0 throughout: the text is one segment. */
  readonly segments: TokenInput | undefined;
  /** 0, 1, 2, … */
  readonly positions: TokenInput | undefined;
  /** Texts in every run, and tokens in every text, where that is fixed. */
  readonly batch: number | undefined;
  readonly length: number | undefined;
  /** Tokens that the model has vectors for, where the graph shows that. */
  readonly vocabulary: number | undefined;
}

const roles: readonly (readonly [role: 'mask' | 'segments' | 'positions' | 'ids', name: RegExp])[] = [
  ['mask', /mask/i],
  ['segments', /token_type|segment/i],
  ['positions', /position/i],
  ['ids', /id|token|text|input/i],
];

/** The inputs of a text encoder, or the reason why it is none, to follow "is not a usable text encoder: ". */
export function findTextInput(graph: OnnxGraph): DeclaredTextInput | { readonly reason: string } {
  const found: Partial<Record<(typeof roles)[number][0], TokenInput>> = {};
  let shape: readonly OnnxDimension[] | undefined;
  for (const input of freeInputs(graph)) {
    const token = tokenInput(input);
    const role = roles.find(([, name]) => name.test(input.name))?.[0] ?? 'ids';
    if (token === undefined || found[role] !== undefined) {
      return { reason: `it needs the input "${input.name}", which is not known of text encoders` };
    }
    found[role] = token;
    if (role === 'ids') shape = input.type?.tensorType?.shape?.dim;
  }
  const { ids, mask, segments, positions } = found;
  if (ids === undefined) return { reason: 'it has no input that takes tokens' };
  if (shape !== undefined && shape.length !== 2) {
    return { reason: `its input "${ids.name}" has ${shape.length} axes instead of two, texts and tokens` };
  }
  const [batch, length] = (shape ?? []).map(({ dimValue }) =>
    dimValue !== undefined && dimValue > 0 ? dimValue : undefined,
  );
  return { ids, mask, segments, positions, batch, length, vocabulary: vocabularyOf(graph, ids.name) };
}

/** Whether a model takes tokens and no pictures: the text half of a pair, or a language model. */
export function takesTokens(graph: OnnxGraph): boolean {
  const inputs = freeInputs(graph);
  return (
    inputs.length > 0 && inputs.every((input) => tokenInput(input) !== undefined) && !('reason' in findTextInput(graph))
  );
}

function freeInputs(graph: OnnxGraph): OnnxValueInfo[] {
  const stored = new Set(graph.initializer.map(({ name }) => name));
  return graph.input.filter(({ name }) => !stored.has(name));
}

function tokenInput({ name, type }: OnnxValueInfo): TokenInput | undefined {
  const element = type?.tensorType?.elemType;
  if (element === DataType.int64) return { name, type: 'int64' };
  return element === DataType.int32 ? { name, type: 'int32' } : undefined;
}

/** What leaves the ids what they are. */
const CARRIERS = new Set(['Cast', 'Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Rows of the table that the ids are looked up in. */
function vocabularyOf({ node, initializer }: OnnxGraph, ids: string): number | undefined {
  const tables = new Map(initializer.map(({ name, dims }) => [name ?? '', dims] as const));
  // Quantised tables are turned back into numbers before or after the look-up.
  for (const { opType, input, output } of node) {
    const source = tables.get(input[0] ?? '');
    if ((opType === 'DequantizeLinear' || opType === 'Cast') && source?.length === 2) tables.set(output[0]!, source);
  }
  const carried = new Set([ids]);
  for (const { opType, input, output } of node) {
    if (CARRIERS.has(opType) && carried.has(input[0] ?? '')) carried.add(output[0]!);
    if (isLookUp({ opType, input }, carried)) {
      const table = tables.get(input[0]!);
      if (table?.length === 2) return table[0];
    }
  }
  return undefined;
}

function isLookUp({ opType, input }: Pick<OnnxNode, 'opType' | 'input'>, ids: ReadonlySet<string>): boolean {
  return opType === 'Gather' && ids.has(input[1] ?? '');
}
