import { stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { EncoderText } from '../../../core/encoders/card.ts';
import type { SentenceConfig } from '../../../core/encoders/sentenceFiles.ts';
import { textHomes, textModelNames } from '../../../core/encoders/textFiles.ts';
import { homeOf } from '../cardFiles.ts';
import type { ModelSource } from '../onnxMessages.ts';

/** Where the text half of an encoder is, before anything of it was read. */
export interface TextSource {
  /** For messages: the file that holds it. */
  readonly file: string;
  readonly model: ModelSource;
  /** `tokenizer.json`, `tokenizer_config.json` and `config.json`, as far as they are there. */
  readonly tokenizer: string | undefined;
  readonly tokenizerConfig: string | undefined;
  readonly config: string | undefined;
  /** What the encoder's card knows of it. */
  readonly known: EncoderText | undefined;
  /** Of a sentence encoder, which has no half that takes pictures. */
  readonly sentence?: SentenceConfig;
}

/**
 * Finds the text half that belongs to an image encoder: where its card says, else beside it under a name like its own.
 * Undefined where there is none, as for most encoders.
 *
 * @param file the image half
 * @param known what its card says
 */
export async function locateText(file: string, known: EncoderText | undefined): Promise<TextSource | undefined> {
  const base = dirname(dirname(file));
  const candidates = known
    ? [join(dirname(file), ...known.file.split('/'))]
    : textModelNames(withSlashes(relative(base, file))).map((name) => join(base, ...name.split('/')));
  for (const model of candidates) {
    if (await isFile(model)) return describedText(model, { file: model }, file, known);
  }
  return undefined;
}

/**
 * A text half with the files that describe it.
 *
 * @param file what holds it; `image` is the image half, which may be the same
 */
export async function describedText(
  file: string,
  model: ModelSource,
  image: string,
  known: EncoderText | undefined,
): Promise<TextSource> {
  const base = dirname(dirname(image));
  const homes = textHomes(withSlashes(relative(base, file)), withSlashes(relative(base, homeOf(image))));
  const folders = homes.map((home) => join(base, ...home.split('/')));
  const first = async (...names: string[]): Promise<string | undefined> => {
    for (const folder of folders) {
      for (const name of names) if (await isFile(join(folder, name))) return join(folder, name);
    }
    return undefined;
  };
  const named = known && join(dirname(image), ...known.tokenizer.split('/'));
  const tokenizer = named ?? (await first('tokenizer.json', join('tokenizer', 'tokenizer.json')));
  const beside = tokenizer && join(dirname(tokenizer), 'tokenizer_config.json');
  return {
    file,
    model,
    tokenizer: tokenizer !== undefined && (await isFile(tokenizer)) ? tokenizer : undefined,
    tokenizerConfig: beside !== undefined && (await isFile(beside)) ? beside : undefined,
    config: await first('config.json', 'open_clip_config.json'),
    known,
  };
}

function withSlashes(path: string): string {
  return path.split(sep).join('/');
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
