import { AttributeType, type OnnxAttribute, type OnnxGraph, type OnnxTensor } from './model.ts';

/** A number or list without a wrapper is an integer, as most attributes are. */
export type AttributeValue =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

export type Attributes = Readonly<Record<string, AttributeValue>>;

export function writeAttribute(name: string, value: AttributeValue): OnnxAttribute {
  const empty = { floats: [], ints: [], strings: [], tensors: [], graphs: [], sparseTensors: [], typeProtos: [] };
  if (typeof value === 'number') return { ...empty, name, type: AttributeType.int, i: value };
  if (typeof value === 'string') return { ...empty, name, type: AttributeType.string, s: utf8(value) };
  if (isList(value)) return { ...empty, name, type: AttributeType.ints, ints: [...value] };
  if ('float' in value) return { ...empty, name, type: AttributeType.float, f: value.float };
  if ('floats' in value) return { ...empty, name, type: AttributeType.floats, floats: [...value.floats] };
  if ('strings' in value) return { ...empty, name, type: AttributeType.strings, strings: value.strings.map(utf8) };
  if ('tensor' in value) return { ...empty, name, type: AttributeType.tensor, t: value.tensor };
  return { ...empty, name, type: AttributeType.graph, g: value.graph };
}

/** Undefined for kinds that no operator of ours has (several graphs, sparse tensors, types). */
export function readAttribute(attribute: OnnxAttribute): AttributeValue | undefined {
  const { type, f = 0, i = 0, s = new Uint8Array(), t, g, floats, ints, strings } = attribute;
  switch (type) {
    case AttributeType.float:
      return { float: f };
    case AttributeType.int:
      return i;
    case AttributeType.string:
      return text(s);
    case AttributeType.tensor:
      return t && { tensor: t };
    case AttributeType.graph:
      return g && { graph: g };
    case AttributeType.floats:
      return { floats };
    case AttributeType.ints:
      return ints;
    case AttributeType.strings:
      return { strings: strings.map(text) };
    default:
      return undefined;
  }
}

function isList(value: AttributeValue): value is readonly number[] {
  return Array.isArray(value);
}

function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
