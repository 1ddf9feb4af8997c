import { join } from 'node:path';
import { labelFilesStay } from '../../core/decisions/decisionErrors.ts';
import { yoloLabelPath } from '../../core/labels/yoloLabels.ts';
import type { FileMove } from '../../core/decisions/history.ts';
import type { Notice } from '../../protocol/engine.ts';
import { isPresent } from './moveFiles.ts';

/** What tools write beside an image about it. */
const EXTENSIONS = ['txt', 'xml', 'json'];

/** Files of labels that belong to images which were moved, and were not: they are the owner's, who may share them between images. */
export async function labelFileNotices(root: string, moves: readonly FileMove[]): Promise<Notice[]> {
  const found: string[] = [];
  for (const { from } of moves) {
    const stem = from.replace(/\.[^./]+$/, '');
    const beside = EXTENSIONS.map((extension) => `${stem}.${extension}`);
    for (const file of new Set([...beside, yoloLabelPath(from)]))
      if (await isPresent(join(root, file))) found.push(file);
  }
  if (found.length === 0) return [];
  const { code, message } = labelFilesStay(found.length, found[0]!);
  return [{ code, message }];
}
