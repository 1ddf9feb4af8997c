import { textUnread } from '../../core/encoders/textErrors.ts';
import { cutSentence } from '../../core/encoders/tokens.ts';
import { usage } from '../../core/errors.ts';
import { composeQuery, DEFAULT_IMAGE_WEIGHT } from '../../core/neighbors/composedQuery.ts';
import type { TextSearchReport, TextSearchRequest } from '../../protocol/engine.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import { filterOf, foundImages, openTable, vectorOfImage, type SimilarContext } from './similar.ts';

export interface TextSearchContext extends SimilarContext {
  /** Loads the text half of the encoder whose vectors are compared. */
  readonly loadText: () => Promise<TextEncoder>;
  /** What is written about an image, where that is compared. @param query L2-normalised */
  readonly nearestCaptions?: (path: string, query: Float32Array) => readonly string[];
}

/**
 * The images that fit texts best, and perhaps another image besides: how these make one query is `composeQuery`'s. Rejects
 * with usage where nothing is asked for, and with the codes of `findSimilar` and of `openText`.
 */
export async function searchText(request: TextSearchRequest, context: TextSearchContext): Promise<TextSearchReport> {
  const texts = written(request.texts);
  const minus = written(request.minus ?? []);
  const { image, imageWeight = DEFAULT_IMAGE_WEIGHT, scan } = request;
  if (texts.length === 0 && image === undefined) throw usage('Say in words what to look for, or name an image.');
  if (!(imageWeight >= 0 && imageWeight <= 1)) {
    throw usage(
      `The weight of the image has to be from 0 (the texts alone) to 1 (the image alone), not ${imageWeight}.`,
    );
  }
  const table = openTable(context);
  const { vectors, notices } = await embedTexts([...texts, ...minus], context);
  const like = image === undefined ? undefined : await vectorOfImage(image, scan, table, context);
  const query = await composeQuery(
    {
      texts: vectors.slice(0, texts.length),
      minus: vectors.slice(texts.length),
      image: like?.vector,
      imageWeight,
    },
    (part) => table.spread(part),
  );
  if (query === undefined) throw queryCancelsOut();
  const best = await table.nearest(query, request.count, filterOf(context, request, table.paths, like?.row ?? -1));
  const { nearestCaptions } = context;
  const found = await foundImages(best, table, context);
  const results = nearestCaptions
    ? found.results.map((image) => ({ ...image, captions: nearestCaptions(image.path, query) }))
    : found.results;
  return {
    root: context.dataset.root,
    query: {
      texts,
      minus,
      image: image === undefined ? undefined : (like?.inside ?? image),
      imageWeight: image === undefined || texts.length === 0 ? undefined : imageWeight,
    },
    notices,
    ...found,
    results,
  };
}

/** Nothing is left to look for. */
export const queryCancelsOut = () => usage('What is not wanted cancels out what is; say more of one of them.');

/**
 * A vector for each text; the text half isn't loaded where there are none. Rejects with text-unread where it knows no word of
 * one, or with the codes of `openText`.
 */
export async function embedTexts(texts: readonly string[], { loadText }: Pick<TextSearchContext, 'loadText'>) {
  if (texts.length === 0) return { vectors: [], notices: [] };
  const encoder = await loadText();
  const { vectors, cut, unread } = await encoder.embed(texts);
  if (unread[0] !== undefined) throw textUnread(unread[0], encoder.name);
  const { dim } = encoder.described.output;
  return {
    vectors: texts.map((_, i) => vectors.slice(i * dim, (i + 1) * dim)),
    notices: cut.map((text) => cutSentence(text, encoder.name)),
  };
}

function written(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}
