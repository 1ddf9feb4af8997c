import { formatCount } from '../../core/progressText.ts';
import type { MapReport } from '../../protocol/maps.ts';

/** What a map is, in a line: "1,988 images by UMAP (encoder, 576 dimensions)". */
export function mapTitle({ points, method, encoder }: MapReport): string {
  const name = { umap: 'UMAP', pca: 'PCA' }[method];
  return `${formatCount(points.length)} images by ${name} (${encoder.id}, ${encoder.dim} dimensions)`;
}

/** How far it can be trusted, in a line. */
export function mapTrust(report: MapReport): string {
  const { trustworthiness, neighborsKept, judged, recall, clusters, explained } = report;
  return [
    `trustworthiness ${trustworthiness.toFixed(3)}`,
    `${(100 * neighborsKept).toFixed(0)} % of the ${judged.neighbors} nearest neighbours kept`,
    ...(recall < 1 ? [`made from ${(100 * recall).toFixed(1)} % of the true nearest neighbours`] : []),
    `${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}`,
    ...(explained
      ? [`axes show ${explained.map((share) => `${(100 * share).toFixed(0)} %`).join(' and ')} of the variance`]
      : []),
  ].join(' · ');
}
