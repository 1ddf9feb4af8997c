import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import type { EncoderCard } from '../../core/encoders/card.ts';
import type { ResolvedEncoder } from '../../engine/encoders/encoder.ts';
import { encoderIdentity } from '../../engine/encoders/identity.ts';
import { encodeModel } from '../../engine/encoders/onnxFile.ts';
import type { FinishedEncoder } from './finish.ts';
import type { EncoderMeasures } from './measures.ts';
import { augmentation, encoderId, encoderName, network, seed, shippedFolder, shownCommand } from './recipe.ts';

/** Most that the file may take, in bytes: every package holds it. */
const LARGEST_FILE = 6e6;

/** A finished encoder as a file, and its card. */
export function packedEncoder({ model, card: { input, output } }: FinishedEncoder): {
  readonly card: EncoderCard;
  readonly bytes: Uint8Array;
} {
  const bytes = encodeModel(model);
  if (bytes.length > LARGEST_FILE)
    throw new Error(`the encoder takes ${bytes.length} bytes, more than ${LARGEST_FILE}`);
  const card: EncoderCard = {
    ...{ id: encoderId, name: encoderName, source: 'built-in' },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...{ input, output },
    licence: 'MIT; trained on pictures under ImageNet’s terms of research',
    trainedOn:
      '15,000 photographs of 150 classes of Tiny-ImageNet, taught by MobileNetV3-small; their classes shape the projection',
    batchIndependent: true,
  };
  return { card, bytes };
}

export function resolvedFrom(card: EncoderCard, bytes: Uint8Array): ResolvedEncoder {
  return { card, identity: encoderIdentity(card), model: { bytes } };
}

/** Writes the encoder and its card to where the product looks for it. */
export async function ship(
  card: EncoderCard,
  bytes: Uint8Array,
  seconds: number,
  measures: EncoderMeasures,
): Promise<void> {
  const metrics = Object.fromEntries(
    measures.sets.flatMap(({ name, accuracy, unrelatedMean }) => [
      [`kNN ${name}`, rounded(accuracy)],
      [`unrelated ${name}`, rounded(unrelatedMean)],
    ]),
  );
  const complete: EncoderCard = {
    ...card,
    // Of the pictures most like those that people have: photographs of classes that it has not seen.
    unrelatedSimilarity: rounded(measures.sets[0]!.unrelatedHigh),
    training: { command: shownCommand(), augmentation, network, seed, seconds: Math.round(seconds), metrics },
  };
  await mkdir(shippedFolder, { recursive: true });
  await writeFile(path.join(shippedFolder, 'encoder.onnx'), bytes);
  const text = await format(JSON.stringify(complete, undefined, 2), { parser: 'json', printWidth: 120 });
  await writeFile(path.join(shippedFolder, 'card.json'), text);
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
