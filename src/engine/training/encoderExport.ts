import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';

/** The projection head, beside the encoder. */
export const HEAD_FILE = 'projection-head.onnx';

/** What a run has made. */
export interface TrainedEncoder {
  readonly model: OnnxModel;
  /** What its card says besides what inspection finds. */
  readonly card: Partial<EncoderCard>;
  /** The projection head that fine-tuning starts from, where it is kept. */
  readonly head?: OnnxModel;
}

/**
 * Writes a trained encoder into the dataset's encoders, with its card and its projection head beside it. Rejects with
 * disk-full, read-only, or a code of `inspectModel` where the network gives no usable vectors.
 *
 * @param runFolder where the files are put together
 */
export async function exportEncoder(
  { model, card, head }: TrainedEncoder,
  root: string,
  runFolder: string,
  registry: EncoderRegistry,
): Promise<EncoderCard> {
  const folder = await mkdtemp(join(runFolder, '.export-'));
  try {
    const file = join(folder, 'encoder.onnx');
    await writeFile(file, encodeModel(model));
    await writeFile(join(folder, 'card.json'), JSON.stringify(card));
    const added = await registry.add(file, root);
    if (head !== undefined) {
      const headFile = join(folder, HEAD_FILE);
      await writeFile(headFile, encodeModel(head));
      await copyFile(headFile, join(root, '.likeness', 'encoders', added.id, HEAD_FILE));
    }
    return added;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
