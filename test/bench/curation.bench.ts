/**
 * What `check` finds of what was planted, over several generated samples, and what it finds without being asked to.
 *
 *     npm run bench -- curation [--seeds 5] [--images-per-class 36] [--encoder ID|FILE.onnx] [--missed] [--labelled FOLDER]
 *
 * Precision and recall are of groups: a finding is right where it holds all images of a planted one. Outliers, label issues
 * and scenes depend on the encoder. `--missed` lists what was missed and what was not planted.
 *
 * Samples hold no noisy cluster, so that each gets one after all else: half of the images of a class are moved to others. A
 * finding is right where most of its images are of that class, and the cluster is found where one is.
 *
 * Then the average precision of label issues in a folder of real images, some of whose labels are flipped.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findingKinds, type FindingKind } from '../../src/core/curation/findings.ts';
import type { PlantedFinding } from '../../src/core/sample/draft.ts';
import { Engine } from '../../src/engine/engine.ts';
import { encodeImage } from '../../src/engine/images/codec.ts';
import { engineOptions } from '../../src/engine/machine.ts';
import { generateSample } from '../../src/engine/sample/generate.ts';
import { encoderArgument } from '../../src/cli/paths.ts';
import { shared } from '../shared.ts';
import { labelNoise } from './labelNoise.ts';
import { makeNoisyGroup } from './noisyGroup.ts';
import { printTable } from './report.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    'images-per-class': { type: 'string', default: '36' },
    encoder: { type: 'string' },
    missed: { type: 'boolean', default: false },
    labelled: { type: 'string', default: shared('data/clothing') },
    'labelled-encoder': { type: 'string', default: shared('models/mobilenetv3-small-embed/model.onnx') },
  },
});

interface Tally {
  planted: number;
  hit: number;
  found: number;
  right: number;
}
const tallies = new Map<FindingKind, Tally>();
const folder = mkdtempSync(join(tmpdir(), 'likeness-curation-'));
const engine = new Engine({ ...engineOptions(), cacheFolder: join(folder, 'cache') });
const job = { signal: new AbortController().signal, report: () => undefined };
const encoder = encoderArgument(values.encoder);
let seconds = 0;
let images = 0;
try {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const root = join(folder, String(seed));
    await generateSample(root, { encodeImage, seed, imagesPerClass: Number(values['images-per-class']) });
    await engine.indexFolder({ folder: root, ...(encoder !== undefined && { encoder }) }, job);
    const report = await engine.check({ folder: root }, job);
    seconds += report.seconds;
    images += report.images;
    const truth = JSON.parse(readFileSync(join(root, 'planted.json'), 'utf8')) as { findings: PlantedFinding[] };
    for (const kind of findingKinds) {
      if (kind === 'noisy-cluster') continue;
      const planted = truth.findings.filter((finding) => finding.kind === kind);
      const found = report.findings
        .filter((finding) => finding.kind === kind)
        .map(({ path, related }) => new Set([path, ...related.map((image) => image.path)]));
      const isIn = ({ paths }: PlantedFinding, set: ReadonlySet<string>) => paths.every((path) => set.has(path));
      const missed = planted.filter((finding) => !found.some((set) => isIn(finding, set)));
      const wrong = found.filter((set) => !planted.some((finding) => isIn(finding, set)));
      count(kind, { planted: planted.length, missed: missed.length, found: found.length, wrong: wrong.length });
      if (!values.missed) continue;
      for (const { paths } of missed) console.log(`seed ${seed} missed ${kind}: ${paths.join(' ')}`);
      for (const set of wrong) console.log(`seed ${seed} not planted ${kind}: ${[...set].join(' ')}`);
    }
    await judgeNoisyCluster(root, seed, new Set(truth.findings.flatMap(({ paths }) => paths)));
  }
} finally {
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function count(kind: FindingKind, of: { planted: number; missed: number; found: number; wrong: number }): void {
  const tally = tallies.get(kind) ?? { planted: 0, hit: 0, found: 0, right: 0 };
  tally.planted += of.planted;
  tally.hit += of.planted - of.missed;
  tally.found += of.found;
  tally.right += of.found - of.wrong;
  tallies.set(kind, tally);
}

async function judgeNoisyCluster(root: string, seed: number, planted: ReadonlySet<string>): Promise<void> {
  const group = makeNoisyGroup(root, seed, planted);
  await engine.indexFolder({ folder: root, ...(encoder !== undefined && { encoder }) }, job);
  const { findings } = await engine.check({ folder: root, only: ['noisy-cluster'] }, job);
  const inGroup = findings.map(({ related }) => related.filter(({ path }) => group.has(path)).length);
  const right = findings.filter(({ related }, i) => inGroup[i]! > related.length / 2).length;
  const missed = right === 0 ? 1 : 0;
  count('noisy-cluster', { planted: 1, missed, found: findings.length, wrong: findings.length - right });
  if (!values.missed) return;
  if (missed > 0) console.log(`seed ${seed} missed noisy-cluster of ${group.size} images`);
  for (const [i, { related, message }] of findings.entries()) {
    console.log(`seed ${seed} noisy-cluster, ${inGroup[i]} of ${related.length} planted: ${message}`);
  }
}

const share = (part: number, whole: number) => (whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`);
printTable(`Findings in ${values.seeds} samples, ${images} images, ${seconds.toFixed(1)} s beside indexing`, [
  ...[...tallies]
    .filter(([, { planted, found }]) => planted + found > 0)
    .map(
      ([kind, { planted, hit, found, right }]) =>
        [
          kind,
          `recall ${share(hit, planted).padStart(7)} of ${planted}, precision ${share(right, found).padStart(7)} of ${found}`,
        ] as const,
    ),
]);

if (existsSync(values.labelled)) {
  const rows = await labelNoise(values.labelled, values['labelled-encoder'], Math.max(5, Number(values.seeds)));
  printTable(`Average precision of label issues in ${values.labelled}`, rows);
}
