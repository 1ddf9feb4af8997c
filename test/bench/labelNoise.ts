import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classEvidence } from '../../src/core/curation/classEvidence.ts';
import { labelIssues } from '../../src/core/curation/labelIssues.ts';
import { RandomStream } from '../../src/core/random.ts';
import { readCuratedImages } from '../../src/engine/curation/curatedImages.ts';
import { imageNeighbors } from '../../src/engine/curation/imageNeighbors.ts';
import { Datasets } from '../../src/engine/dataset.ts';
import { currentEncoder } from '../../src/engine/encoders/encoderChoice.ts';
import { Engine } from '../../src/engine/engine.ts';
import { withProducts } from '../../src/engine/evaluation/onnxProducts.ts';
import { engineOptions } from '../../src/engine/machine.ts';

const SHARES = [0.05, 0.1, 0.2];
/** Neighbours of plain disagreement. */
const PLAIN = 10;

/**
 * Average precision of label issues where a share of the labels was flipped at random to any other class: of ours, which lists
 * what it doubts only, and of plain disagreement, which ranks all images.
 *
 * @param folder of images in folders of their classes; copied
 */
export async function labelNoise(
  folder: string,
  encoder: string,
  seeds: number,
): Promise<(readonly [string, string])[]> {
  const root = mkdtempSync(join(tmpdir(), 'likeness-labels-'));
  const job = { signal: new AbortController().signal, report: () => undefined };
  const options = { ...engineOptions(), cacheFolder: join(root, '.cache') };
  try {
    cpSync(folder, root, { recursive: true });
    const engine = new Engine(options);
    await engine.indexFolder({ folder: root, encoder }, job);
    await engine.dispose();
    const datasets = new Datasets(options.cacheFolder);
    const dataset = datasets.get(root);
    const images = await readCuratedImages(dataset, currentEncoder(dataset)!, '');
    const { neighbors } = await imageNeighbors(images, options.threads, job);
    datasets.dispose();
    const names = [...new Set(images.labels)];
    const truth = Int32Array.from(images.labels, (label) => names.indexOf(label));
    const evidenceOf = (classOf: Int32Array) => {
      const classed = { ...images, neighbors, classOf, classes: names.length };
      return withProducts(options.threads, (products) => classEvidence(classed, products, () => undefined));
    };
    const lines: (readonly [string, string])[] = [];
    for (const share of SHARES) {
      const runs: (readonly [own: number, plain: number, listed: number])[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const random = new RandomStream(seed + 1, 77);
        const labels = truth.map((label) =>
          random.uniform() < share ? (label + 1 + random.integer(names.length - 1)) % names.length : label,
        );
        const isWrong = Array.from(labels, (label, row) => label !== truth[row]);
        const issues = labelIssues(await evidenceOf(labels), labels);
        const disagreeing = labels.map(
          (label, row) =>
            neighbors.rows
              .subarray(row * neighbors.count, row * neighbors.count + PLAIN)
              .filter((other) => labels[other] !== label).length,
        );
        const plain = [...labels.keys()].sort((a, b) => disagreeing[b]! - disagreeing[a]! || a - b);
        const own = averagePrecision(
          issues.map(({ row }) => row),
          isWrong,
        );
        runs.push([own, averagePrecision(plain, isWrong), issues.length]);
      }
      const mean = (of: 0 | 1 | 2) => runs.reduce((sum, run) => sum + run[of], 0) / runs.length;
      const worst = Math.min(...runs.map(([own, plain]) => own - plain));
      lines.push([
        `${100 * share} % flipped`,
        `${mean(0).toFixed(3)}, plain disagreement ${mean(1).toFixed(3)}, by chance ${share.toFixed(3)}; better by ${worst.toFixed(3)} at least; ${mean(2).toFixed(0)} listed`,
      ]);
    }
    return lines;
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function averagePrecision(order: readonly number[], isRight: readonly boolean[]): number {
  let [hits, sum] = [0, 0];
  for (const [place, row] of order.entries()) if (isRight[row]) sum += ++hits / (place + 1);
  return sum / isRight.filter(Boolean).length;
}
