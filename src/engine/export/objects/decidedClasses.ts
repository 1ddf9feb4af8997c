import type { ExportImage } from '../../../core/export/exportImage.ts';
import { classNotWritten } from '../../../core/export/objects/objectErrors.ts';
import type { LikenessError } from '../../../core/errors.ts';
import type { Dataset } from '../../dataset.ts';
import { readDecisions } from '../../decisions/decisionFile.ts';
import { planRelabels } from '../../labels/relabel/planRelabels.ts';
import type { PlannedFile } from '../../labels/relabel/relabelPlan.ts';

/** What decisions change in a dataset's label files. */
export interface DecidedClasses {
  /** By file, absolute. */
  readonly plans: ReadonlyMap<string, PlannedFile>;
  readonly notices: readonly LikenessError[];
}

/** What of an export's images is read to carry their objects. */
export interface ObjectRequest {
  readonly dataset: Dataset;
  readonly images: readonly ExportImage[];
  /** The label files, as people are told of them. */
  readonly files: readonly string[];
  readonly decided: () => Promise<DecidedClasses>;
}

/**
 * What writing the decided classes back would change, and which classes of the images it couldn't write. Rejects with the codes
 * of `planRelabels`.
 */
export async function readDecidedClasses(dataset: Dataset, images: readonly ExportImage[]): Promise<DecidedClasses> {
  const decisions = await readDecisions(dataset.root);
  if (!decisions.some(({ action }) => action === 'relabel')) return { plans: new Map(), notices: [] };
  const { files, problems } = await planRelabels(dataset);
  const exported = new Set(images.map(({ path }) => path));
  const own = problems.filter(({ path }) => exported.has(path));
  const [first] = own;
  return {
    plans: new Map(files.map((plan) => [plan.file, plan])),
    notices: first === undefined ? [] : [classNotWritten(own.length, first.path, first.to, first.reason)],
  };
}
