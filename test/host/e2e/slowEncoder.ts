import { writeFile } from 'node:fs/promises';
import { GraphBuilder } from '../../../src/core/onnx/graphBuilder.ts';
import { encodeModel } from '../../../src/engine/encoders/onnxFile.ts';

const SIZE = 224;
const CHANNELS = 64;
const LAYERS = 5;

/**
 * Writes an encoder that takes some tenths of a second for an image on a small machine, so that a job lasts long enough
 * to be watched and stopped. Untrained: several wide convolutions with the same fixed weights, then the mean over space.
 */
export async function writeSlowEncoder(file: string): Promise<void> {
  const graph = new GraphBuilder('slow');
  let value = graph.input('image', 'float32', ['N', 3, SIZE, SIZE]);
  const kernels = [kernel(graph, 3), kernel(graph, CHANNELS)];
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const filtered = graph.op('Conv', [value, kernels[Math.min(layer, 1)]!], { pads: [1, 1, 1, 1] });
    value = graph.op('Relu', [filtered]);
  }
  const mean = graph.op('ReduceMean', [value], { axes: [2, 3], keepdims: 0 });
  graph.output('embedding', mean, 'float32', ['N', CHANNELS]);
  await writeFile(file, encodeModel(graph.build()));
}

/** 3 × 3 weights that neither let the activations grow nor die out. */
function kernel(graph: GraphBuilder, inputs: number) {
  const scale = 2 / Math.sqrt(inputs * 9);
  const weights = Float64Array.from({ length: CHANNELS * inputs * 9 }, (_, i) => scale * Math.sin(i * i + 1));
  return graph.floats(weights, [CHANNELS, inputs, 3, 3]);
}
