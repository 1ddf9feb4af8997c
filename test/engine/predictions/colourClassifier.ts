import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphBuilder, type Dimension } from '../../../src/core/onnx/graphBuilder.ts';
import { encodeImage } from '../../../src/engine/images/codec.ts';
import { write } from '../indexing/dataset.ts';
import { writeModel } from '../encoders/smallModels.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** What the mean of a picture's channels, from 0 to 1, is multiplied with. */
const SCALE = 6;

export interface ColourClassifierOptions {
  readonly classes?: readonly string[];
  /** Its outputs besides the embedding. */
  readonly outputs?: readonly ('probabilities' | 'logits')[];
  readonly batch?: Dimension;
}

/**
 * A model that takes a picture for the channel it has most of, with its card. Returns its path.
 *
 * @param folder where `encoder.onnx` and `card.json` go
 */
export function writeColourClassifier(
  folder: string,
  { classes = ['red', 'green', 'blue'], outputs = ['probabilities'], batch = 'N' }: ColourClassifierOptions = {},
): string {
  const graph = new GraphBuilder('colours');
  const image = graph.input('image', 'float32', [batch, 3, 16, 16]);
  const mean = graph.op('ReduceMean', [image], { axes: [2, 3], keepdims: 0 });
  const logits = graph.op('Mul', [mean, graph.scalar(SCALE)]);
  graph.output('embedding', mean, 'float32', [batch, 3]);
  if (outputs.includes('logits')) graph.output('logits', logits, 'float32', [batch, 3]);
  if (outputs.includes('probabilities')) {
    graph.output('probabilities', graph.op('Softmax', [logits], { axis: 1 }), 'float32', [batch, 3]);
  }
  const card = {
    name: 'colours',
    source: 'run pretrain-1',
    ...(classes.length > 0 && { classes }),
    input: { mean: [0, 0, 0], std: [1, 1, 1], range: [0, 1], resize: 'squash' },
    output: { name: 'embedding', pooling: 'none' },
  };
  const file = writeModel(folder, 'encoder.onnx', graph.build());
  writeFileSync(join(folder, 'card.json'), JSON.stringify(card));
  return file;
}

/** What the model makes of a picture of one colour, computed by hand. */
export function expectedConfidence(colour: Colour): number {
  const weights = colour.map((value) => Math.exp((SCALE * value) / 255));
  return Math.max(...weights) / weights.reduce((sum, weight) => sum + weight, 0);
}

/** Writes a PNG picture of one colour. */
export async function writeColour(root: string, path: string, colour: Colour): Promise<void> {
  const pixels = Uint8Array.from({ length: 20 * 20 * 3 }, (_, i) => colour[i % 3]!);
  write(root, path, await encodeImage(pixels, 20, 20, { format: 'png' }));
}
