import { constants } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ModelSource } from './onnxMessages.ts';

/**
 * Writes a model to a new place, with its files of weights.
 *
 * @param externalData relative to the model's folder, as the model names them
 */
export async function storeModel(model: ModelSource, externalData: readonly string[], target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  if ('bytes' in model) {
    await writeFile(target, model.bytes);
    return;
  }
  await copyFile(model.file, target, constants.COPYFILE_FICLONE);
  for (const location of externalData) {
    const copy = join(dirname(target), location);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(join(dirname(model.file), location), copy, constants.COPYFILE_FICLONE);
  }
}
