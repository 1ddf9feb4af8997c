import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { EncoderCard } from '../../core/encoders/card.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import type { NetworkShape } from '../../core/training/networkShape.ts';
import { trainedOnText, type Origin } from '../../core/training/provenance.ts';
import { encodeModel } from '../encoders/onnxFile.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { LIKENESS_FOLDER } from '../store/locations.ts';
import { trainedEncoderInterface } from './pretrainCard.ts';
import type { RunFiles } from './runFiles.ts';
import { writeTrainedOn, type TrainedOnImage } from './trainedOn.ts';

/** The projection head, beside the encoder. */
export const HEAD_FILE = 'projection-head.onnx';
/** The decoder of an autoencoder, beside the encoder. */
export const DECODER_FILE = 'decoder.onnx';

/** What a run has made. */
export interface MadeEncoder {
  readonly model: OnnxModel;
  /** Where it isn't the network that the settings name. */
  readonly shape?: NetworkShape | undefined;
  /** The projection head that fine-tuning starts from, where it is kept. */
  readonly head?: OnnxModel;
  /** What makes pictures of vectors again, where there is such a thing. */
  readonly decoder?: OnnxModel;
  /** In the order of the model's outputs. */
  readonly classes?: readonly string[];
  /** For people: "1,200 labelled images"; the dataset's name is added. */
  readonly trainedOn: string;
  /** The encoder that it was made of. */
  readonly origin?: Origin | undefined;
  /** Images whose labels it has seen: how well it knows these shows nothing. */
  readonly labelsOf?: readonly TrainedOnImage[] | undefined;
}

interface ExportedRun {
  readonly root: string;
  readonly files: RunFiles;
  readonly settings: { readonly name: string; readonly network: string; readonly size: number };
}

/**
 * Writes what a run has made into the dataset's encoders, with its card. Rejects with disk-full, read-only, or a code of
 * `inspectModel` where the network gives no usable vectors.
 *
 * @returns the encoder's id
 */
export async function exportRun(
  { root, files, settings }: ExportedRun,
  { model, shape, head, decoder, classes, trainedOn, origin, labelsOf }: MadeEncoder,
  registry: EncoderRegistry,
): Promise<string> {
  const card: Partial<EncoderCard> = {
    name: settings.name,
    source: `run ${files.id}`,
    ...trainedEncoderInterface(shape ?? settings),
    ...(classes && { classes }),
    ...(origin?.licence !== undefined && { licence: origin.licence }),
    trainedOn: trainedOnText(`${trainedOn}, of ${basename(root)}`, origin),
  };
  const folder = await mkdtemp(join(files.folder, '.export-'));
  try {
    const file = join(folder, 'encoder.onnx');
    await writeFile(file, encodeModel(model));
    await writeFile(join(folder, 'card.json'), JSON.stringify(card));
    const { id } = await registry.add(file, root);
    const target = join(root, LIKENESS_FOLDER, 'encoders', id);
    for (const [name, part] of Object.entries({ [HEAD_FILE]: head, [DECODER_FILE]: decoder })) {
      if (part === undefined) continue;
      await writeFile(join(folder, name), encodeModel(part));
      await copyFile(join(folder, name), join(target, name));
    }
    if (labelsOf !== undefined) await writeTrainedOn(target, labelsOf);
    return id;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
