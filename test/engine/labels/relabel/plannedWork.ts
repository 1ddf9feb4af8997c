import type { DatasetConfig } from '../../../../src/core/config/datasetConfig.ts';
import { labelRules } from '../../../../src/core/labels/labelRules.ts';
import type { Dataset } from '../../../../src/engine/dataset.ts';
import type { RelabelWork } from '../../../../src/engine/labels/relabel/relabelPlan.ts';
import { readKnownLabels } from '../../../../src/engine/labels/knownLabels.ts';

/** What a plan is made of, without an index. @param to the classes that were decided, by path */
export async function plannedWork(
  root: string,
  labels: NonNullable<DatasetConfig['labels']>,
  paths: readonly string[],
  to: Readonly<Record<string, string>>,
): Promise<RelabelWork> {
  const config = { labels };
  const dataset = { root, config, rules: labelRules(config) };
  const { statedLabelOf } = await readKnownLabels(dataset, paths);
  const wanted = new Map(
    Object.entries(to)
      .filter(([path, name]) => statedLabelOf(path) !== name)
      .map(([path, name]) => [path, { path, from: statedLabelOf(path), to: name }]),
  );
  return { dataset: dataset as unknown as Dataset, paths, wanted };
}
