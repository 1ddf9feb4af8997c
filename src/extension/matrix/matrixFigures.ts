import { ErrorCode, type LikenessError } from '../../core/errors.ts';
import type { PairAction } from '../../core/decisions/decisionLines.ts';
import { matrixOrders, type MatrixGrid, type MatrixPair, type MatrixReport } from '../../protocol/matrix.ts';
import type { ListedPair, MatrixFigures } from '../../protocol/matrixView.ts';
import type { PanelFailure } from '../../protocol/panels.ts';
import { failureOf } from '../panels/panelFailure.ts';

/** A report for the page, with the classes that images were given since. @param given by path */
export function figuresOf(report: MatrixReport, given: ReadonlyMap<string, string>): MatrixFigures {
  const { root, encoder, encoders, classes, clusters, overlap, table, missing, seconds } = report;
  const listed = (pairs: readonly MatrixPair[]): ListedPair[] =>
    pairs.map((pair) => ({ ...pair, relabelled: relabelledOf(pair, given) }));
  return {
    ...{ root, encoder, encoders, classes, clusters, overlap, table, missing, seconds },
    images: report.paths.length,
    withoutClass: report.classOf.reduce((count, number) => count + (number < 0 ? 1 : 0), 0),
    mostBetween: listed(report.mostBetween),
    leastWithin: listed(report.leastWithin),
    mostUnlabelled: listed(report.mostUnlabelled),
    notices: report.notices.map(({ message }) => message),
    grouped: matrixOrders.filter((order) => report.arrangements[order].groups !== undefined),
  };
}

function relabelledOf({ paths }: MatrixPair, given: ReadonlyMap<string, string>): ListedPair['relabelled'] {
  return paths.flatMap((path) => {
    const label = given.get(path);
    return label === undefined ? [] : [{ path, label }];
  });
}

/** The report with a decision about a pair, in whichever of its lists the pair is. */
export function withDecision(
  report: MatrixReport,
  paths: readonly [string, string],
  action: PairAction | undefined,
): MatrixReport {
  const key = pairKey(paths);
  const amended = (pairs: readonly MatrixPair[]): MatrixPair[] =>
    pairs.map((pair) => (pairKey(pair.paths) === key ? { ...pair, decided: action } : pair));
  return {
    ...report,
    mostBetween: amended(report.mostBetween),
    leastWithin: amended(report.leastWithin),
    mostUnlabelled: amended(report.mostUnlabelled),
  };
}

function pairKey(paths: readonly [string, string]): string {
  return [...paths].sort().join('\n');
}

/**
 * A grid that a webview can be sent: what came from another process may be a view of all that came with it, which would travel
 * along.
 */
export function ownGrid(grid: MatrixGrid): MatrixGrid {
  const { codes, order, starts, classOf, tree } = grid;
  return {
    ...grid,
    codes: codes.slice(),
    order: order.slice(),
    starts: starts.slice(),
    classOf: classOf.slice(),
    tree: tree && {
      left: tree.left.slice(),
      right: tree.right.slice(),
      similarities: tree.similarities.slice(),
    },
  };
}

/** Too few or the same images: others have to be chosen, rather than the folder indexed. */
export function matrixFailure(error: LikenessError): PanelFailure {
  const failure = failureOf(error);
  const others: readonly ErrorCode[] = [ErrorCode.TooFewImages, ErrorCode.ImagesIdentical];
  return others.includes(error.code) ? { ...failure, remedy: 'pick' } : failure;
}
