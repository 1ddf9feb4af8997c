import type { Neighborhoods } from '../../../src/core/evaluation/neighborhoods.ts';
import { RandomStream } from '../../../src/core/random.ts';
import type { EvaluationReport } from '../../../src/protocol/evaluation.ts';
import { comparisonExample, evaluationExample } from '../text/reportExamples.ts';

const IMAGES = 60;
const KEPT = 20;

/** Two classes; the first encoder finds mostly the query's own, the second hardly, the third what comes. */
export function neighborhoodsExample(): Neighborhoods {
  const random = new RandomStream(4);
  const classOf = Int32Array.from({ length: IMAGES }, (_, image) => image % 2);
  const nearest = (query: number, own: number): number[] => {
    const others = random.shuffled([...classOf.keys()].filter((image) => image !== query));
    const weight = (image: number) => (classOf[image] === classOf[query] ? own : 1 - own) + random.uniform();
    const weights = new Map(others.map((image) => [image, weight(image)]));
    return others.sort((a, b) => weights.get(b)! - weights.get(a)!).slice(0, KEPT);
  };
  return {
    count: KEPT,
    paths: Array.from(classOf, (label, image) => `${label === 0 ? 'cat' : 'dog'}/${image}.png`),
    classes: ['cat', 'dog'],
    classOf,
    queries: Uint32Array.from(classOf.keys()),
    candidates: IMAGES - 1,
    encoders: [0.6, 0.4, 0.5].map((own) => ({
      rows: Int32Array.from([...classOf.keys()].flatMap((query) => nearest(query, own))),
      similarities: Float32Array.from({ length: IMAGES * KEPT }, (_, i) => 0.95 - 0.02 * (i % KEPT)),
    })),
  };
}

/** A report on three encoders, with their neighbours. */
export function comparedExample(): EvaluationReport {
  return {
    ...comparisonExample,
    encoders: [
      evaluationExample(),
      evaluationExample({ id: 'pixels', name: 'Pixels', baseline: 'pixels', knn: 0.3, knnMacro: 0.9, dim: 193 }),
      evaluationExample({ id: 'dino', name: 'DINOv2 small', probe: 0.91, probeError: 0.02, dim: 384 }),
    ],
    neighborhoods: neighborhoodsExample(),
  };
}
