import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { encoderModel, projectionHeadModel, type EncoderShape } from '../../core/training/pretrainProgram.ts';
import type { ProjectionHeadOptions } from '../../core/training/projectionHead.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';

/** The projection head, beside the encoder. */
export const HEAD_FILE = 'projection-head.onnx';

export interface TrainedEncoder {
  readonly shape: EncoderShape;
  readonly head: ProjectionHeadOptions;
  /** Parameters and running statistics by name. */
  readonly values: TensorMap;
  readonly name: string;
  /** Id of the run. */
  readonly run: string;
  readonly images: number;
}

/**
 * Writes a trained encoder into the dataset's encoders, with its card and, beside it, the projection head that fine-tuning
 * starts from. Rejects with disk-full, read-only, or a code of `inspectModel` where the network gives no usable vectors.
 *
 * @param runFolder where the files are put together
 */
export async function exportEncoder(
  { shape, head, values, name, run, images }: TrainedEncoder,
  root: string,
  runFolder: string,
  registry: EncoderRegistry,
): Promise<EncoderCard> {
  const folder = await mkdtemp(join(runFolder, '.export-'));
  try {
    const file = join(folder, 'encoder.onnx');
    await writeFile(file, encodeModel(encoderModel(shape, values)));
    const card = {
      name,
      source: `run ${run}`,
      ...trainedEncoderInterface(shape),
      trainedOn: `${images} images of ${basename(root)}, without labels`,
    };
    await writeFile(join(folder, 'card.json'), JSON.stringify(card));
    const headFile = join(folder, HEAD_FILE);
    await writeFile(headFile, encodeModel(projectionHeadModel(shape.network, head, values)));
    const added = await registry.add(file, root);
    await copyFile(headFile, join(root, '.likeness', 'encoders', added.id, HEAD_FILE));
    return added;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
