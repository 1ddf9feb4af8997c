import { existsSync } from 'node:fs';
import path from 'node:path';
import { inProject } from '../project.ts';
import { provideSample } from '../sampleFolder.ts';
import { heldOutFolder } from './recipe.ts';

export const nearDuplicates = inProject('..', 'shared', 'data', 'near-duplicates');

/**
 * Folders of labelled images that the shipped encoder was not trained on, by what they are called in figures; those that are
 * missing are left out.
 *
 * @param scratch where a sample is generated
 */
export async function measuredFolders(scratch: string): Promise<Record<string, string>> {
  const sample = path.join(scratch, 'sample');
  await provideSample(sample, { replace: false });
  const folders = {
    'Tiny-ImageNet, other classes': heldOutFolder,
    clothing: inProject('..', 'shared', 'data', 'clothing'),
    'generated sample': sample,
  };
  return Object.fromEntries(Object.entries(folders).filter(([, folder]) => existsSync(folder)));
}
