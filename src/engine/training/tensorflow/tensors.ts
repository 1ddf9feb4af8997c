import type * as tensorflow from '@tensorflow/tfjs-core';
import { isNumericType, numbersOfTensor } from '../../../core/onnx/tensors.ts';
import { dataTypeName } from '../../../core/onnx/tensors.ts';
import type { DataTypeName, OnnxTensor } from '../../../core/onnx/model.ts';

/** TensorFlow.js, whichever package it comes from. It is never imported, but handed in: see `resolveTensorFlow`. */
export type TensorFlow = typeof tensorflow;
export type Tensor = tensorflow.Tensor;
export type ElementType = 'float32' | 'int32' | 'bool';

/** TensorFlow.js has one type for all floating-point numbers, and one for all integers. */
export function elementType(type: DataTypeName): ElementType {
  if (type === 'bool') return 'bool';
  return type.startsWith('float') || type === 'bfloat16' ? 'float32' : 'int32';
}

/** A constant of a graph; undefined where it holds no numbers. Integers beyond 32 bits become the nearest within. */
export function constantTensor(tf: TensorFlow, constant: OnnxTensor): Tensor | undefined {
  const type = dataTypeName(constant.dataType);
  const numbers = numbersOfTensor(constant);
  if (!isNumericType(type) || numbers === undefined) return undefined;
  return tensorOf(tf, elementType(type), constant.dims, numbers);
}

export function tensorOf(tf: TensorFlow, type: ElementType, dims: readonly number[], data: ArrayLike<number>): Tensor {
  return tf.tensor(elements(type, data), [...dims], type);
}

function elements(type: ElementType, data: ArrayLike<number>): Float32Array | Int32Array | Uint8Array {
  if (type === 'float32') return data instanceof Float32Array ? data : Float32Array.from(data);
  if (type === 'bool') return Uint8Array.from(data);
  return Int32Array.from(data, (value) => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1));
}
