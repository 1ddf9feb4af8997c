import { join } from 'node:path';
import { patternsReplaced, splitsReplaced } from '../../core/curation/selectionErrors.ts';
import { splitPatternsOf } from '../../core/config/splitRules.ts';
import { formatSplits, SPLIT_TABLE, type ConfiguredSplits } from '../../core/curation/splitting/splitPatterns.ts';
import type { LikenessError } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { TakenStep } from '../../protocol/decisions.ts';
import type { DecisionService } from '../decisions/decisionService.ts';
import { editTo } from '../decisions/fileEdits.ts';
import { configFile, configText, readConfig } from '../store/config.ts';
import { writeFailure } from '../store/fileErrors.ts';
import { trackInGit } from '../store/locations.ts';

export interface AppliedSplits {
  /** That undo takes back; undefined where all was so before. */
  readonly step: TakenStep | undefined;
  readonly notices: readonly LikenessError[];
}

/**
 * Makes splits those of a dataset: its configuration, and the table that this names. Rejects with invalid-config, and the codes
 * of `DecisionService.edit`.
 */
export async function applySplits(
  root: string,
  { splits, table, isReplaced }: ConfiguredSplits,
  images: number,
  decisions: DecisionService,
): Promise<AppliedSplits> {
  const isConfigured = JSON.stringify(readConfig(root).splits) === JSON.stringify(splits);
  // The table comes first, so that there is what the configuration names.
  const files = [
    table && (await editTo(join(root, SPLIT_TABLE), formatSplits(table))),
    isConfigured ? undefined : await editTo(configFile(root), configText(root, { splits })),
  ].flatMap((planned) => planned ?? []);
  try {
    if (table) trackInGit(root, 'splits.csv');
  } catch (error) {
    throw writeFailure(join(root, SPLIT_TABLE), error) ?? error;
  }
  const { step } = await decisions.edit(root, `Split ${formatQuantity(images, 'image')}`, files);
  const patterns = splitPatternsOf(splits).flatMap(([, own]) => own).length;
  const notice = table ? splitsReplaced(SPLIT_TABLE) : patternsReplaced(patterns);
  return { step, notices: isReplaced ? [notice] : [] };
}
