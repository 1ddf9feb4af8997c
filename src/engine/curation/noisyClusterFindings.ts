import { sphericalMeans } from '../../core/clustering/sphericalMeans.ts';
import { severityOf, type Finding } from '../../core/curation/findings.ts';
import { noisyClusterText } from '../../core/curation/findingText.ts';
import type { LabelIssue } from '../../core/curation/labelIssues.ts';
import { noisyClusters } from '../../core/curation/noisyClusters.ts';
import { grouped } from '../../core/grouped.ts';
import { gathered } from '../../core/neighbors/neighborsAmong.ts';
import type { JobContext } from '../../core/progress.ts';
import { withProducts } from '../evaluation/onnxProducts.ts';
import { inPhase } from '../jobs/phase.ts';
import type { CuratedImages } from './curatedImages.ts';
import { findingId } from './findingId.ts';

/** Images that look like one class are divided from as many on, into groups of as many on average, but not into more than that. */
const LARGE = 200;
const GROUP_IMAGES = 100;
const MOST_GROUPS = 200;
const ROUNDS = 10;
const SEED = 0;

export interface DoubtedImages {
  readonly images: CuratedImages;
  /** The class that each image looks like; −1 for none. */
  readonly seenClassOf: Int32Array;
  readonly issues: readonly LabelIssue[];
}

/**
 * Groups of images that look like one class, in which many labels are doubtful, with those images. The images of a class lie in
 * many clusters of an encoder that sees little, but its images still look most like each other: the classes that they look like
 * find groups that clusters alone don't. Rejects with `cancelled`.
 */
export async function noisyClusterFindings(
  { images, seenClassOf, issues }: DoubtedImages,
  ratio: number,
  threads: number,
  context: JobContext,
): Promise<Finding[]> {
  if (issues.length === 0) return [];
  const clusterOf = await lookalikes(images, seenClassOf, threads, context);
  const rows = issues.map(({ row }) => row);
  return noisyClusters({ clusterOf, labels: images.labels, issues: rows }, ratio).map((cluster) => ({
    id: findingId('noisy-cluster', images, cluster.issues),
    kind: 'noisy-cluster',
    severity: severityOf('noisy-cluster'),
    path: '',
    score: Math.round(cluster.score * 1e6) / 1e6,
    related: cluster.issues.map((row) => ({ path: images.paths[row]! })),
    message: noisyClusterText(cluster),
  }));
}

/** Of each image its group among those that look like the same class; −1 for none. */
function lookalikes(
  images: CuratedImages,
  seenClassOf: Int32Array,
  threads: number,
  context: JobContext,
): Promise<Int32Array> {
  const clusterOf = new Int32Array(images.rows).fill(-1);
  const byClass = grouped(clusterOf.keys(), (row) => (seenClassOf[row]! < 0 ? undefined : seenClassOf[row]!));
  return withProducts(threads, (products) =>
    inPhase('Grouping images', ROUNDS * images.rows, context, async (between) => {
      let [clusters, done] = [0, 0];
      for (const members of byClass.values()) {
        const groups = members.length < LARGE ? 1 : Math.min(MOST_GROUPS, Math.floor(members.length / GROUP_IMAGES));
        const rows = Uint32Array.from(members);
        const groupOf =
          groups === 1
            ? new Int32Array(rows.length)
            : await sphericalMeans(
                { vectors: gathered(images.vectors, images.dim, rows), rows: rows.length, dim: images.dim },
                { groups, rounds: ROUNDS, seed: SEED },
                products,
                (part) => between(done + part),
              );
        members.forEach((row, i) => {
          clusterOf[row] = clusters + groupOf[i]!;
        });
        clusters += groups;
        done += ROUNDS * members.length;
        await between(done);
      }
      return clusterOf;
    }),
  );
}
