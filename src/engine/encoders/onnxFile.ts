import protobuf from 'protobufjs/light.js';
import type { OnnxModel } from '../../core/onnx/model.ts';
import { onnxDescriptor } from './onnxSchema.ts';

const modelType = protobuf.Root.fromJSON(onnxDescriptor()).lookupType('ModelProto');

/**
 * Reads a serialised ONNX model. Tensors' bytes are views of `bytes`, not copies. Throws with a short sentence on
 * anything else than a model with a graph.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  // A `Buffer` would make buffers of all byte fields, too.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let model: Partial<OnnxModel>;
  try {
    model = modelType.toObject(modelType.decode(view), { longs: Number, arrays: true });
  } catch (error) {
    throw new Error('it is not an ONNX file, or a damaged one', { cause: error });
  }
  const { graph } = model;
  if (!graph || graph.node.length + graph.initializer.length === 0) throw new Error('it holds no ONNX graph');
  return { irVersion: 0, opsetImport: [], metadataProps: [], functions: [], ...model, graph };
}

/** Serialises a model; equal models give equal bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return modelType.encode(model, new SaturatingWriter()).finish();
}

/** 2⁶³ − 1 can't be told from 2⁶³ in a number, and 2⁶³ would overflow to the smallest integer. */
class SaturatingWriter extends protobuf.Writer {
  override int64(value: Parameters<protobuf.Writer['int64']>[0]): protobuf.Writer {
    return super.int64(typeof value === 'number' && value >= 2 ** 63 ? LARGEST_INT64 : value);
  }
}

const LARGEST_INT64 = { low: -1, high: 0x7fffffff, unsigned: false };
