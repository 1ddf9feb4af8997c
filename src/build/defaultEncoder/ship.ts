import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'prettier';
import type { EncoderCard } from '../../core/encoders/card.ts';
import { formatCount } from '../../core/progressText.ts';
import type { ResolvedEncoder } from '../../engine/encoders/encoder.ts';
import { BUILT_IN_SOURCE } from '../../engine/encoders/builtIn.ts';
import { encoderIdentity } from '../../engine/encoders/identity.ts';
import { encodeModel } from '../../engine/encoders/onnxFile.ts';
import { shownCommand, type TrainedRound } from './defaultRun.ts';
import type { FinishedEncoder } from './finish.ts';
import { figuresOf, rounded, type EncoderMeasures } from './measures.ts';
import { patternKinds } from './patterns.ts';
import type { DefaultRecipe } from './recipe.ts';

/** Most that the file may take, in bytes: every package holds it. */
const LARGEST_FILE = 6e6;

/** A finished encoder as a file, and its card, which lacks what is measured yet. */
export function packedEncoder(
  { id, name, licence, data, teacherName, further }: DefaultRecipe,
  { model, card: { input, output }, finishing }: FinishedEncoder,
): {
  readonly card: EncoderCard;
  readonly bytes: Uint8Array;
} {
  const bytes = encodeModel(model);
  if (bytes.length > LARGEST_FILE)
    throw new Error(`the encoder takes ${bytes.length} bytes, more than ${LARGEST_FILE}`);
  const { pictures, classes } = finishing.projection;
  const patterns = further === undefined ? 0 : further.patterns.perKind * patternKinds.length;
  const drawn = patterns > 0 ? ` and ${formatCount(patterns)} drawn patterns` : '';
  const card: EncoderCard = {
    ...{ id, name, source: BUILT_IN_SOURCE },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...{ input, output },
    licence,
    trainedOn: `${formatCount(pictures)} photographs of ${formatCount(classes)} classes of ${data}${drawn}, taught by ${teacherName}; the classes of the photographs shape the projection`,
    batchIndependent: true,
  };
  return { card, bytes };
}

export function resolvedFrom(card: EncoderCard, bytes: Uint8Array): ResolvedEncoder {
  return { card, identity: encoderIdentity(card), model: { bytes } };
}

/**
 * How an encoder came to be and how good it is, all of it from what was done and measured.
 *
 * @param trained the trainings, one upon the other
 * @param measured the encoder first, then others
 */
export function completeCard(
  card: EncoderCard,
  { further }: DefaultRecipe,
  trained: readonly TrainedRound[],
  { finishing }: FinishedEncoder,
  [own, ...others]: readonly [EncoderMeasures, ...EncoderMeasures[]],
): EncoderCard {
  const { recipe: augmentation, network, seed } = trained[0]!.run.settings;
  const seconds = trained.reduce((sum, { run }) => sum + run.seconds, 0);
  return {
    ...card,
    // Of the pictures most like those that people have: photographs of classes that it has not seen.
    unrelatedSimilarity: rounded(own.sets[0]!.unrelatedHigh),
    training: {
      command: trained.map(shownCommand).join(' && '),
      ...(further && { patterns: { kinds: patternKinds.length, ...further.patterns } }),
      ...(augmentation && { augmentation }),
      ...{ network, seed, seconds: Math.round(seconds), finishing },
      metrics: figuresOf(own),
      beside: Object.fromEntries(others.map((measures) => [measures.id, figuresOf(measures)])),
    },
  };
}

/**
 * Writes the encoder and its card to where the product looks for it, and says what becomes of one that was there.
 *
 * @param folder of the encoder
 */
export async function ship(
  card: EncoderCard,
  bytes: Uint8Array,
  folder: string,
  say: (line: string) => void,
): Promise<void> {
  const file = path.join(folder, 'card.json');
  if (existsSync(file)) {
    const former = JSON.parse(await readFile(file, 'utf8')) as EncoderCard;
    say(replacement(former, card));
  }
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'encoder.onnx'), bytes);
  const text = await format(JSON.stringify(card), { parser: 'json', printWidth: 120 });
  await writeFile(file, text);
}

function replacement(former: EncoderCard, card: EncoderCard): string {
  if (encoderIdentity(former) === encoderIdentity(card)) return `${card.id} gives the same vectors as before.`;
  return (
    `${card.id} is replaced by another encoder of the same id (${former.sha256.slice(0, 8)} by ${card.sha256.slice(0, 8)}). ` +
    'Vectors of the two can’t be compared: an index made with the former has to embed all its images anew. ' +
    'If the former was released, put it back and raise the id: "id" in src/build/defaultEncoder/recipe.ts and SHIPPED_ENCODER_ID.'
  );
}
