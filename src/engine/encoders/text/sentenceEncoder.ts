import { join } from 'node:path';
import { noPictures, type EncoderCard } from '../../../core/encoders/card.ts';
import type { CardOverrides } from '../../../core/encoders/cardOverrides.ts';
import { SENTENCE_FILES, sentenceConfig, type SentenceConfig } from '../../../core/encoders/sentenceFiles.ts';
import { homeOf, modelName, readJson } from '../cardFiles.ts';
import type { ImageModel } from '../wholeModel.ts';
import { openTextModel } from './textEncoder.ts';
import { describedText, type TextSource } from './textSource.ts';

/** Nobody waits for single texts while an encoder is looked at. */
const THREADS = 2;

/** Where its files are once it is stored. */
const STORED = { file: 'encoder.onnx', tokenizer: 'tokenizer.json' } as const;

/** What is known of a sentence encoder whose card says nothing. */
const unknown: SentenceConfig = {
  pooling: undefined,
  contextLength: undefined,
  vocabulary: undefined,
  fault: undefined,
};

/**
 * The sentence encoder that a model of texts is, by its card or by what its repository says; undefined for others, such as the
 * text half of a pair. Rejects with invalid-card or unreadable-file.
 *
 * @param file the model
 * @param overrides of its card, where it has one
 */
export async function sentenceSource(file: string, overrides: CardOverrides): Promise<TextSource | undefined> {
  const home = homeOf(file);
  const [pooling, sentence, modules] = await Promise.all(
    SENTENCE_FILES.map((name) => readJson(join(home, ...name.split('/')))),
  );
  const config = await readJson(join(home, 'config.json'));
  const said = sentenceConfig({ config, pooling, sentence, modules });
  if (said === undefined && overrides.encodes !== 'texts') return undefined;
  const source = await describedText(file, { file }, file, undefined);
  return { ...source, known: overrides.text, sentence: said ?? unknown };
}

/** Runs a sentence encoder to find out what it gives. Rejects with the codes of `openText`. */
export async function describeSentences(
  file: string,
  { sha256 }: Pick<ImageModel, 'sha256'>,
  source: TextSource,
  { name = modelName(file), source: origin = file, licence }: CardOverrides,
): Promise<Omit<EncoderCard, 'id'>> {
  // What an older card says may be of another file.
  const fresh: TextSource = { ...source, known: undefined };
  const encoder = await openTextModel(fresh, { name, dim: undefined }, THREADS);
  await encoder.dispose();
  const { described, tokensInput } = encoder;
  return {
    name,
    source: origin,
    sha256,
    input: { ...noPictures, name: tokensInput },
    output: described.output,
    text: { ...STORED, ...described },
    ...(licence !== undefined && { licence }),
    encodes: 'texts',
    batchIndependent: true,
  };
}
