import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { EncoderInput } from '../../core/encoders/card.ts';
import { LikenessError } from '../../core/errors.ts';
import type { Encoder } from '../../engine/encoders/encoder.ts';
import { embedPictures } from '../../engine/encoders/embedPictures.ts';
import { decodeProxy, DEFAULT_MAX_MEGAPIXELS, encoderPixels } from '../../engine/images/imageDecoder.ts';
import { PixelBudget } from '../../engine/images/pixelBudget.ts';
import { scanFolder } from '../../engine/indexing/scan.ts';

const DECODED_AT_ONCE = 4;

/** Vectors of image files, one row each, with what the images show. */
export interface EmbeddedSet {
  /** Names of the files, without their folders. */
  readonly names: readonly string[];
  /** `names × dim`, of length 1. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** Numbers of classes, from 0: folders of the same name are one class. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Equal for files of the same bytes. */
  readonly groups: Int32Array;
}

/** An image file, decoded for an encoder. */
export interface DecodedFile {
  readonly file: string;
  /** uint8, height × width × channels of the encoder's input. */
  readonly pixels: Uint8Array;
  /** Hex SHA-256 of its bytes. */
  readonly content: string;
}

/**
 * All images below a folder that can be decoded, in the order of their paths.
 *
 * @param exclude patterns as of `.gitignore`
 */
export async function decodeFolder(
  input: EncoderInput,
  folder: string,
  exclude: readonly string[] = [],
): Promise<DecodedFile[]> {
  const files = (await scanFolder(folder, { exclude })).files.map((file) => path.join(folder, file.path)).sort();
  const budget = new PixelBudget(DEFAULT_MAX_MEGAPIXELS * 1e6);
  const decoded = new Array<{ readonly pixels: Uint8Array; readonly content: string } | undefined>(files.length);
  const waiting = files.entries();
  const decodeInTurn = async () => {
    for (const [i, file] of waiting) {
      const bytes = await readFile(file);
      try {
        const { proxy } = await decodeProxy(bytes, file, { input, maxMegapixels: DEFAULT_MAX_MEGAPIXELS, budget });
        const content = createHash('sha256').update(bytes).digest('hex');
        decoded[i] = { pixels: await encoderPixels(proxy, input), content };
      } catch (error) {
        // Some folders hold broken files on purpose.
        if (!(error instanceof LikenessError)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: DECODED_AT_ONCE }, decodeInTurn));
  return files.flatMap((file, i) => (decoded[i] ? [{ file, ...decoded[i] }] : []));
}

/** Embeds all images below a folder that can be decoded, in the order of their paths. */
export async function embedFolder(encoder: Encoder, folder: string): Promise<EmbeddedSet> {
  return embedDecoded(encoder, await decodeFolder(encoder.card.input, folder));
}

/** Embeds pictures that were decoded for an encoder of the same input. */
export async function embedDecoded(encoder: Encoder, rows: readonly DecodedFile[]): Promise<EmbeddedSet> {
  const { output } = encoder.card;
  const { vectors } = await embedPictures(
    encoder,
    rows.map(({ pixels }) => pixels),
    new AbortController().signal,
  );
  const classNames = rows.map(({ file }) => path.basename(path.dirname(file)));
  const known = [...new Set(classNames)];
  const contents = [...new Set(rows.map(({ content }) => content))];
  const contentNumbers = new Map(contents.map((content, i) => [content, i]));
  return {
    names: rows.map(({ file }) => path.basename(file)),
    vectors,
    dim: output.dim,
    labels: Int32Array.from(classNames, (name) => known.indexOf(name)),
    classes: known.length,
    groups: Int32Array.from(rows, ({ content }) => contentNumbers.get(content)!),
  };
}
