import { captionReaderText } from '../../core/captions/captionReader.ts';
import type { JobContext } from '../../core/progress.ts';
import type { TextSearchReport, TextSearchRequest } from '../../protocol/engine.ts';
import type { TextEncoder } from '../encoders/text/textEncoder.ts';
import type { ResolvedEncoder } from '../encoders/encoder.ts';
import type { SimilarContext } from '../search/similar.ts';
import { searchText } from '../search/textSearch.ts';
import { captionIndex, type CaptionIndexOptions } from './captionIndex.ts';

export interface CaptionSearchOptions extends Pick<CaptionIndexOptions, 'registry'> {
  readonly loadText: (resolved: ResolvedEncoder) => Promise<TextEncoder>;
}

/**
 * The images whose captions are most like texts, like the caption of another image, or both. Rejects with the codes of
 * `captionIndex` and of `searchText`.
 */
export async function searchCaptions(
  request: TextSearchRequest,
  context: SimilarContext,
  { registry, loadText }: CaptionSearchOptions,
  job: JobContext,
): Promise<TextSearchReport> {
  const { dataset } = context;
  const index = await captionIndex({ dataset, registry, loadText }, job);
  const { stored, encoder, captionsOf, notices } = index;
  const resolve = () => Promise.resolve(encoder);
  const report = await searchText(request, {
    ...{ ...context, stored, resolve, nearestCaptions: captionsOf },
    loadText: () => loadText(encoder),
  });
  const readBy = captionReaderText(encoder.card);
  return { ...report, readBy, notices: [...notices.map(({ message }) => message), ...report.notices] };
}
