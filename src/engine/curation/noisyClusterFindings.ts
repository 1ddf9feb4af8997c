import { sphericalMeans } from '../../core/clustering/sphericalMeans.ts';
import { severityOf, type Finding } from '../../core/curation/findings.ts';
import { noisyClusterText } from '../../core/curation/findingText.ts';
import type { LabelIssue } from '../../core/curation/labelIssues.ts';
import { noisyClusters } from '../../core/curation/noisyClusters.ts';
import type { JobContext } from '../../core/progress.ts';
import { inPhase } from '../jobs/phase.ts';
import type { CuratedImages } from './curatedImages.ts';
import { findingId } from './findingId.ts';
import { withProducts } from './imageNeighbors.ts';

/** Images of a group on average, and the most groups. */
const GROUP_IMAGES = 40;
const MOST_GROUPS = 200;
const ROUNDS = 10;
const SEED = 0;

/** Groups of similar images in which many labels are doubtful, with those images. Rejects with `cancelled`. */
export async function noisyClusterFindings(
  images: CuratedImages,
  issues: readonly LabelIssue[],
  ratio: number,
  threads: number,
  context: JobContext,
): Promise<Finding[]> {
  const groups = Math.min(MOST_GROUPS, Math.floor(images.rows / GROUP_IMAGES));
  if (groups < 2 || issues.length === 0) return [];
  const clusterOf = await withProducts(threads, (products) =>
    inPhase('Grouping images', ROUNDS * images.rows, context, (between) =>
      sphericalMeans(images, { groups, rounds: ROUNDS, seed: SEED }, products, between),
    ),
  );
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
