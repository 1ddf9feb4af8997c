import { createRequire } from 'node:module';
import type { TensorFlow } from '../../../../src/engine/training/tensorflow/tensors.ts';

/** TensorFlow.js on the CPU, in plain JavaScript: slow, and the same on every machine. */
export function cpuTensorFlow(): TensorFlow {
  const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as TensorFlow;
  // Where it runs on Node, it advises to install another package.
  tf.env().set('IS_NODE', false);
  return tf;
}
