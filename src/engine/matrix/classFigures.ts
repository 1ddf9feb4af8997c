import { groupMeans } from '../../core/evaluation/groupMeans.ts';
import { separationOf, type PairStatistics } from '../../core/evaluation/pairStatistics.ts';
import type { ClassFigures, ClassOverlap } from '../../protocol/matrix.ts';
import { MOST_GROUPS } from './arrangements.ts';
import type { MatrixImages } from './matrixImages.ts';

/** Of the histograms. */
const BINS = 48;

/** How far similarities within the classes and between them overlap; undefined where either has no pairs. */
export function overlapOf(statistics: PairStatistics): ClassOverlap | undefined {
  const { within, between } = statistics;
  if (within.total === 0 || between.total === 0) return undefined;
  // A round number below all but a few: those count in the outermost bin.
  const nearlyAll = Math.min(within.quantile(0.001), between.quantile(0.001));
  const low = Math.max(-1, Math.min(0.9, Math.floor(nearlyAll * 10) / 10));
  return {
    within: within.histogram(low, 1, BINS),
    between: between.histogram(low, 1, BINS),
    pairsWithin: within.total,
    pairsBetween: between.total,
    meanWithin: statistics.meanWithin,
    meanBetween: statistics.meanBetween,
    separation: separationOf(within, between),
  };
}

/** How well each class holds together; empty where there are too many classes. */
export function classTable(images: MatrixImages, statistics: PairStatistics): ClassFigures[] {
  const { classes, classOf } = images;
  if (classes.length === 0 || classes.length > MOST_GROUPS) return [];
  const { means, sizes } = groupMeans(images, classOf, classes.length);
  return classes.map((name, number) => {
    const row = means.subarray(number * classes.length, (number + 1) * classes.length);
    let nearest = -1;
    row.forEach((mean, other) => {
      if (other !== number && (nearest < 0 || mean > row[nearest]!)) nearest = other;
    });
    return {
      name,
      images: sizes[number]!,
      within: row[number]!,
      nearest: classes[nearest],
      nearestMean: row[nearest] ?? Number.NaN,
      separation: separationOf(statistics.withinClass(number), statistics.aroundClass(number)),
    };
  });
}
