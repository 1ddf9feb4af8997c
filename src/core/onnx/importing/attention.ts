import { integerTensor } from '../tensors.ts';
import { scalarLike, type AddNode } from './rewrite.ts';
import { viewOf, type Operand, type SourceNode } from './sourceNode.ts';

/** Query, key and value, each `[N, tokens, heads · size]`. */
interface Parts {
  readonly query: Operand;
  readonly key: Operand;
  readonly value: Operand;
  /** Lengths of a query (and key), and of a value, of all heads together. */
  readonly widths: readonly [query: number, value: number];
}

/**
 * ONNX Runtime's `Attention`: one product gives query, key and value of each token, and heads attend to all tokens. Throws
 * invalid-graph for masks and for what generates text.
 */
export function expandAttention(node: SourceNode, add: AddNode): Operand[] {
  assertPlain(node, 3);
  const view = viewOf(node);
  const [input, weights, bias] = node.inputs;
  const total = view.shape(1)?.[1];
  if (typeof total !== 'number') throw view.fail('the shape of its weights is not known');
  const third = total / 3;
  const [query, key, value] = (view.ints('qkv_hidden_sizes') ?? [third, third, third]) as [number, number, number];
  const product = add('MatMul', [input, weights]);
  const all = bias === undefined ? product : add('Add', [product, bias]);
  const part = (start: number, length: number) => sliced(add, all, start, length, 2);
  const parts = { query: part(0, query), key: part(query, key), value: part(query + key, value) };
  return [attended(node, add, { ...parts, widths: [query, value] })];
}

/** ONNX Runtime's `MultiHeadAttention`, whose query, key and value were made before it, less what is added to them. */
export function expandMultiHeadAttention(node: SourceNode, add: AddNode): Operand[] {
  assertPlain(node, 4);
  const view = viewOf(node);
  const [query, key, value, bias] = node.inputs;
  const widths = [0, 1, 2].map((i) => (view.has(i) ? view.shape(i)?.[2] : undefined));
  const separate = [0, 1, 2].every((i) => view.has(i) && view.shape(i)?.length === 3);
  const [own, , last] = widths;
  if (!separate || typeof own !== 'number' || typeof last !== 'number') {
    throw view.fail('query, key and value in one, or of unknown length, are not supported');
  }
  const shifted = (part: Operand | undefined, start: number, length: number): Operand =>
    bias === undefined ? part! : add('Add', [part, sliced(add, bias, start, length, 0)]);
  const parts = {
    query: shifted(query, 0, own),
    key: shifted(key, own, own),
    value: shifted(value, 2 * own, last),
  };
  return [attended(node, add, { ...parts, widths: [own, last] })];
}

/** softmax(q · kᵀ · scale) · v of each head, heads beside each other again. */
function attended(node: SourceNode, add: AddNode, { query, key, value, widths }: Parts): Operand {
  const view = viewOf(node);
  const heads = view.int('num_heads', 1);
  const [size, valueSize] = widths.map((width) => width / heads) as [number, number];
  if (!Number.isInteger(size) || !Number.isInteger(valueSize)) throw view.fail('its heads are of unequal sizes');
  // A scale of 0 stands for the usual one.
  const scale = view.float('scale', 0) || 1 / Math.sqrt(size);
  const perHead = (part: Operand, length: number, perm: readonly number[]) =>
    add('Transpose', [add('Reshape', [part, integerTensor([0, 0, heads, length])])], { perm });
  const scaled = add('Mul', [perHead(query, size, [0, 2, 1, 3]), scalarLike(node, scale)]);
  const scores = add('MatMul', [scaled, perHead(key, size, [0, 2, 3, 1])]);
  const mixed = add('MatMul', [add('Softmax', [scores], { axis: -1 }), perHead(value, valueSize, [0, 2, 1, 3])]);
  const merged = add('Transpose', [mixed], { perm: [0, 2, 1, 3] });
  return add('Reshape', [merged, integerTensor([0, 0, widths[1]])]);
}

function sliced(add: AddNode, value: Operand, start: number, length: number, axis: number): Operand {
  return add('Slice', [value, ...[start, start + length, axis].map((number) => integerTensor([number]))]);
}

/** @param inputs that pictures need; further ones are masks and what is kept from token to token */
function assertPlain(node: SourceNode, inputs: number): void {
  const view = viewOf(node);
  if (node.inputs.slice(inputs).some((operand) => operand !== undefined)) {
    throw view.fail('attention with masks or kept keys is not supported');
  }
  for (const name of ['unidirectional', 'do_rotary', 'past_present_share_buffer']) {
    if (view.int(name, 0) !== 0) throw view.fail(`${name} is not supported`);
  }
  if (node.outputs.slice(1).some((name) => name !== '')) throw view.fail('keys and values are used elsewhere');
}
