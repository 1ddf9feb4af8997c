/**
 * Find similar and search by text: exact cosine search over generated vectors, warm, in the engine.
 *
 *     npm run bench -- search [--rows 100000] [--dim 576] [--queries 100]
 *
 * The budget for 100,000 × 576 is ≤ 15 ms, and for texts ≤ 50 ms beyond what their encoder takes, which is left out here.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { topK } from '../../src/core/neighbors/topK.ts';
import { searchText, type TextSearchContext } from '../../src/engine/search/textSearch.ts';
import { VectorSearch } from '../../src/engine/search/vectorSearch.ts';
import type { TextSearchRequest } from '../../src/protocol/engine.ts';
import { encoderCard } from '../cards.ts';
import { memoryVectors } from '../engine/search/memoryVectors.ts';
import { median, printTable } from './report.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    dim: { type: 'string', default: '576' },
    queries: { type: 'string', default: '100' },
  },
});
const rows = Number(values.rows);
const dim = Number(values.dim);
const matrix = new Float32Array(rows * dim);
let state = 1;
for (let row = 0; row < rows; row++) {
  let length = 0;
  for (let i = row * dim; i < (row + 1) * dim; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    matrix[i] = state / 2 ** 31;
    length += matrix[i]! ** 2;
  }
  for (let i = row * dim; i < (row + 1) * dim; i++) matrix[i]! /= Math.sqrt(length);
}

const search = new VectorSearch(availableParallelism());
const paths = Array.from({ length: rows }, (_, row) => `class${row % 10}/${row}.jpg`);
const table = search.open(memoryVectors(paths, matrix, dim), 1);

const firstStart = performance.now();
await table.nearest(table.vector(0), 10, () => true);
const first = performance.now() - firstStart;
const ours: number[] = [];
const plain: number[] = [];
for (let query = 0; query < Number(values.queries); query++) {
  const row = (query * 7919) % rows;
  const start = performance.now();
  const found = await table.nearest(table.vector(row), 10, (other) => other !== row);
  ours.push(performance.now() - start);
  if (query % 10 === 0) {
    const plainStart = performance.now();
    const expected = plainSearch(row);
    plain.push(performance.now() - plainStart);
    if (found.rows[0] !== expected[0]) throw new Error(`query ${row}: ${found.rows[0]} instead of ${expected[0]}`);
  }
}
const texts = await textSearches();
await search.dispose();
printTable(`Find similar among ${rows} × ${dim}, ${ours.length} queries`, [
  ['first query, with loading the matrix', `${first.toFixed(0)} ms`],
  ['warm, median', `${median(ours).toFixed(1)} ms (budget ≤ 15 ms)`],
  ['warm, slowest', `${Math.max(...ours).toFixed(1)} ms`],
  ['plain JavaScript, one thread, median', `${median(plain).toFixed(1)} ms`],
  ['ratio', `${(median(plain) / median(ours)).toFixed(1)} ×`],
  ...texts,
  ['resident memory', `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`],
]);

/** The engine's own search by text, with vectors in place of what a text half would make of the texts. */
async function textSearches(): Promise<[string, string][]> {
  const made = Number(values.queries);
  const vectorsOf = (count: number) => {
    return Float32Array.from({ length: count * dim }, (_, i) => matrix[((i * 7) % rows) * dim + (i % dim)]!);
  };
  const encoder = {
    name: 'text',
    described: { output: { dim } },
    embed: (given: readonly string[]) => Promise.resolve({ vectors: vectorsOf(given.length), cut: [] }),
  };
  const context = {
    dataset: { root: '/nowhere', store: memoryVectors(paths, matrix, dim) },
    stored: { key: 1, identity: 'memory', card: encoderCard('memory', dim) },
    labelOf: (path: string) => path.split('/')[0],
    splitOf: () => undefined,
    search,
    loadText: () => Promise.resolve(encoder),
  } as unknown as TextSearchContext;
  const timed = async (request: Pick<TextSearchRequest, 'texts' | 'minus'>) => {
    const taken: number[] = [];
    // The first one loads the matrix.
    await searchText({ folder: '/nowhere', count: 100, ...request }, context);
    for (let query = 0; query < made; query++) {
      const start = performance.now();
      await searchText({ folder: '/nowhere', count: 100, ...request }, context);
      taken.push(performance.now() - start);
    }
    return `${median(taken).toFixed(1)} ms, slowest ${Math.max(...taken).toFixed(1)} ms (budget ≤ 50 ms)`;
  };
  return [
    ['text, 100 results, median', await timed({ texts: ['one'] })],
    [
      'three texts and two that are not wanted',
      await timed({ texts: ['one', 'two', 'three'], minus: ['four', 'five'] }),
    ],
  ];
}

function plainSearch(row: number): Uint32Array {
  const scores = new Float32Array(rows);
  for (let other = 0; other < rows; other++) {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += matrix[row * dim + i]! * matrix[other * dim + i]!;
    scores[other] = sum;
  }
  return topK(scores, 10, (other) => other !== row).rows;
}
