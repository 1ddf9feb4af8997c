/**
 * Compare encoders: everything beyond embedding, on generated vectors.
 *
 *     npm run bench -- evaluate [--images 5000] [--dim 576] [--classes 10] [--encoders 3]
 *
 * The budget is ≤ 60 s for three encoders of 5,000 images on two cores.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { encoderFigures } from '../../src/core/evaluation/encoderFigures.ts';
import { RandomStream } from '../../src/core/random.ts';
import { OnnxWorker } from '../../src/engine/encoders/onnxRuntime.ts';
import { OnnxProducts } from '../../src/engine/evaluation/onnxProducts.ts';
import { printTable } from './report.ts';

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '5000' },
    dim: { type: 'string', default: '576' },
    classes: { type: 'string', default: '10' },
    encoders: { type: 'string', default: '3' },
  },
});
const [images, dim, classes, encoders] = [values.images, values.dim, values.classes, values.encoders].map(Number) as [
  number,
  number,
  number,
  number,
];

const labels = Int32Array.from({ length: images }, (_, i) => i % classes);
const rows = Uint32Array.from(labels.keys());
const worker = new OnnxWorker();
const products = new OnnxProducts(worker, availableParallelism());
const seconds: number[] = [];
const accuracies: string[] = [];
let longestStep = 0;
for (let encoder = 0; encoder < encoders; encoder++) {
  const vectors = vectorsOf(encoder);
  const start = performance.now();
  let steppedAt = start;
  const figures = await encoderFigures(
    {
      vectors,
      dim,
      labels,
      groups: Int32Array.from(rows),
      classes,
      bank: rows,
      queries: rows,
      tested: false,
      neighbors: 20,
      seed: 0,
    },
    {
      products,
      between: () => {
        longestStep = Math.max(longestStep, performance.now() - steppedAt);
        steppedAt = performance.now();
      },
      report: () => undefined,
    },
  );
  seconds.push((performance.now() - start) / 1000);
  accuracies.push(`${figures.knn.accuracy.toFixed(3)} and ${figures.probe.accuracy.mean.toFixed(3)}`);
}
await worker.dispose();
const total = seconds.reduce((sum, value) => sum + value, 0);
printTable(`Compare ${encoders} encoders on ${images} × ${dim}, ${classes} classes`, [
  ['beyond embedding, all encoders', `${total.toFixed(1)} s (budget ≤ 60 s for 3 × 5,000)`],
  ['each', seconds.map((value) => `${value.toFixed(1)} s`).join(', ')],
  ['longest step without a look at cancellation', `${longestStep.toFixed(0)} ms`],
  ['kNN and probe of the generated classes', accuracies.join('; ')],
]);

/** Directions around the centres of classes, in dimensions that weigh less and less, as those of real encoders do. */
function vectorsOf(encoder: number): Float32Array {
  const random = new RandomStream(1, encoder);
  const spread = Float64Array.from({ length: dim }, (_, i) => 1 / (1 + i / 8));
  const centres = Float64Array.from({ length: classes * dim }, (_, i) => 0.4 * random.normal() * spread[i % dim]!);
  const vectors = new Float32Array(images * dim);
  for (let row = 0; row < images; row++) {
    const vector = vectors.subarray(row * dim, (row + 1) * dim);
    let squares = 0;
    for (let i = 0; i < dim; i++) {
      vector[i] = 0.3 + centres[labels[row]! * dim + i]! + spread[i]! * random.normal();
      squares += vector[i]! ** 2;
    }
    for (let i = 0; i < dim; i++) vector[i]! /= Math.sqrt(squares);
  }
  return vectors;
}
