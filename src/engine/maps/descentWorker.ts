import { parentPort, workerData } from 'node:worker_threads';
import { meetInLeaves, meetThroughLinks, Seen } from '../../core/neighbors/neighborDescent.ts';
import { growTree } from '../../core/neighbors/projectionTree.ts';
import { productsOf } from '../../core/neighbors/simdProducts.ts';
import { CHUNK, control as at, type DescentStep, type DescentWorkerData, type StepDone } from './descentMessages.ts';

/** A thread that looks for neighbours, together with others: they share out trees and chunks of rows. */

const { vectors, count, seed, leafSize, trees, lists, links, control } = workerData as DescentWorkerData;
const { rows } = vectors;
const data = { rows, count, similarity: productsOf(vectors) };
const seen = new Seen(rows);

/** @param work is handed one piece after another @param size rows of a piece */
function share(pieces: number, size: number, work: (piece: number) => void): void {
  while (Atomics.load(control, at.stop) === 0) {
    const piece = Atomics.add(control, at.next, 1);
    if (piece >= pieces) return;
    work(piece);
    Atomics.add(control, at.done, size);
  }
}

function take(step: DescentStep): StepDone {
  const chunks = Math.ceil(rows / CHUNK);
  const rangeOf = (chunk: number) => [chunk * CHUNK, Math.min((chunk + 1) * CHUNK, rows)] as const;
  let came = 0;
  switch (step.step) {
    case 'trees':
      share(trees.length, 1, (tree) => {
        growTree(data, leafSize, seed, tree, trees[tree]!);
      });
      break;
    case 'leaves':
      share(chunks, CHUNK, (chunk) => {
        meetInLeaves(data, trees, lists[0], seen, ...rangeOf(chunk));
      });
      break;
    case 'round': {
      const [from, to] = step.from === 0 ? lists : [lists[1], lists[0]];
      share(chunks, CHUNK, (chunk) => {
        came += meetThroughLinks(data, links, trees[0]!.order, from, to, seen, ...rangeOf(chunk));
      });
      break;
    }
  }
  return { came };
}

parentPort?.on('message', (step: DescentStep) => {
  parentPort?.postMessage(take(step));
});
