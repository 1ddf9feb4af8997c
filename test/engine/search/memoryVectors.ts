import type { VectorStore } from '../../../src/engine/search/vectorCodes.ts';
import { encoderCard } from '../../cards.ts';

/** A store of vectors that are in memory: image `i` is of the content `i + 1`. @param matrix `paths × dim` */
export function memoryVectors(paths: readonly string[], matrix: Float32Array, dim: number): VectorStore {
  const vectorOf = (contentKey: number) => matrix.subarray((contentKey - 1) * dim, contentKey * dim);
  return {
    location: '/nowhere/index.sqlite',
    revision: () => 1,
    readEncoders: () => [{ key: 1, identity: 'memory', card: encoderCard('memory', dim) }],
    readEmbeddedImages: () => paths.map((path, row) => ({ path, contentKey: row + 1 })),
    readVector: (contentKey) => vectorOf(contentKey).slice(),
    readVectorBlock: (_, after, count) => {
      const first = Math.max(0, after);
      const length = Math.min(count, paths.length - first);
      return {
        contentKeys: Float64Array.from({ length }, (_value, i) => first + i + 1),
        vectors: matrix.slice(first * dim, (first + length) * dim),
      };
    },
    countVectors: () => paths.length,
    vectorsName: () => 'memory',
  };
}
