import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { EncoderCard, EncoderText } from '../../core/encoders/card.ts';
import { projectedTower } from '../../core/encoders/projectedTower.ts';
import { STORED_TEXT } from '../../core/encoders/textFiles.ts';
import type { OnnxModel } from '../../core/onnx/model.ts';
import type { HeadsShape } from '../../core/training/imageTextHeads.ts';
import { LOG_SCALE } from '../../core/training/imageTextProgram.ts';
import { scaleOf } from '../../core/training/losses/imageTextLoss.ts';
import type { TensorMap } from '../../core/training/parameters.ts';
import { trainedOnText } from '../../core/training/provenance.ts';
import { withExternalData } from '../encoders/externalData.ts';
import { readModel } from '../encoders/modelFiles.ts';
import { decodeModel, encodeModel } from '../encoders/onnxFile.ts';
import type { ModelSource } from '../encoders/onnxMessages.ts';
import type { EncoderRegistry } from '../encoders/registry.ts';
import { storeDescribing, STORED_TOKENIZER } from '../encoders/text/storeText.ts';
import type { TextTower, Towers } from './captionTowers.ts';
import type { RunFiles } from './runFiles.ts';

export interface TrainedHeads {
  readonly root: string;
  readonly files: RunFiles;
  readonly name: string;
  readonly towers: Towers;
  readonly shape: HeadsShape;
  readonly state: TensorMap;
  /** For people: "1,200 images with captions". */
  readonly trainedOn: string;
}

/**
 * Adds both towers with their heads to the dataset's encoders, as an image–text encoder like any other. Rejects with disk-full,
 * read-only, or a code of `inspectModel` where they give no usable vectors.
 *
 * @returns the encoder's id
 */
export async function exportHeads(
  { root, files, name, towers, shape, state, trainedOn }: TrainedHeads,
  registry: EncoderRegistry,
): Promise<string> {
  const { image, text } = towers;
  const { card, model } = image.encoder;
  const heads = { shape, state };
  const seeing = projectedTower(await wholeModelOf(model), card.output, card.input.layout, { half: 'image', ...heads });
  const folder = await mkdtemp(join(files.folder, '.export-'));
  try {
    const file = join(folder, 'encoder.onnx');
    await writeFile(file, encodeModel(seeing.model));
    const reading = await writeText(text, folder, heads);
    const licences = [...new Set([card.licence, text.licence])].filter((licence) => licence !== undefined);
    const described: Partial<EncoderCard> = {
      name,
      source: `run ${files.id}`,
      input: card.input,
      output: seeing.output,
      text: reading,
      ...(licences.length > 0 && { licence: licences.join(', ') }),
      trainedOn: trainedOnText(`${trainedOn}, of ${basename(root)}`, card.trainedOn === undefined ? undefined : card),
    };
    await writeFile(join(folder, 'card.json'), JSON.stringify(described));
    return (await registry.add(file, root)).id;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text half of the folder of an encoder; returns what the card says of it. */
async function writeText(
  { source, described }: TextTower,
  folder: string,
  heads: Pick<TrainedHeads, 'shape' | 'state'>,
): Promise<EncoderText> {
  const tower = await wholeModelOf(source.model);
  const reading = projectedTower(tower, described.output, 'NCHW', { half: 'text', ...heads });
  const model = encodeModel(reading.model);
  const target = join(folder, ...STORED_TEXT.split('/'));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, model);
  await storeDescribing(source, dirname(target));
  const tokenizer = join(folder, ...STORED_TOKENIZER.split('/'));
  const { contextLength, padding } = described;
  return {
    file: STORED_TEXT,
    tokenizer: STORED_TOKENIZER,
    sha256: createHash('sha256')
      .update(model)
      .update(await readFile(tokenizer))
      .digest('hex'),
    contextLength,
    ...(padding !== undefined && { padding }),
    output: reading.output,
    logitScale: scaleOf(heads.state.get(LOG_SCALE)![0]!),
  };
}

async function wholeModelOf(source: ModelSource): Promise<OnnxModel> {
  return 'bytes' in source ? decodeModel(source.bytes) : withExternalData(await readModel(source.file));
}
