import type { VNode } from 'preact';
import type { SimilarQuery, SimilarResults, TextQuery } from '../../src/protocol/similarView.ts';
import { host } from './host.ts';
import { useQueryPicture } from './pictures.ts';

interface QueryHeaderProps {
  readonly query: SimilarQuery;
  readonly results: SimilarResults | undefined;
  readonly imagesRevision: number;
}

/** The image that was asked about. */
export function QueryHeader({ query, results, imagesRevision }: QueryHeaderProps): VNode {
  const url = useQueryPicture(`${imagesRevision}:${results?.root ?? ''}`, query.file);
  const place = [query.label, query.split].filter((fact) => fact !== undefined).join(' · ');
  return (
    <header class="query">
      <button
        type="button"
        class="query-picture"
        title={`Open ${query.path}`}
        aria-label={`Open the query ${query.name}`}
        onClick={() => void host.call('similar/openQuery', {})}
      >
        {typeof url === 'string' && <img src={url} alt="" />}
      </button>
      <div class="query-text">
        <h2 title={query.path}>{query.name}</h2>
        {place !== '' && <p title={describePlace(query)}>{place}</p>}
        {results && <p title={`Encoder ${results.encoder}`}>encoder {describeSearch(results)}</p>}
      </div>
    </header>
  );
}

interface TextHeaderProps {
  readonly text: TextQuery;
  readonly results: SimilarResults | undefined;
  readonly imagesRevision: number;
}

/** The words that were asked for, and the image beside them where there is one. */
export function TextHeader({ text, results, imagesRevision }: TextHeaderProps): VNode {
  const url = useQueryPicture(`${imagesRevision}:${results?.root ?? ''}`, text.image ?? '');
  const change = (): void => void host.call('similar/act', { action: 'words' });
  return (
    <header class="query">
      {text.image !== undefined && (
        <button
          type="button"
          class="query-picture"
          title={`Open ${text.image}`}
          aria-label="Open the image that the results are to be like"
          onClick={() => void host.call('similar/openQuery', {})}
        >
          {typeof url === 'string' && <img src={url} alt="" />}
        </button>
      )}
      <div class="query-text">
        <h2>
          <button type="button" class="query-words" title={`${text.name}\nSearch for other words`} onClick={change}>
            {text.name}
          </button>
        </h2>
        {results && (
          <p title={`Encoder ${results.encoder}`}>
            {results.readBy === undefined
              ? `encoder ${describeSearch(results)}`
              : `captions, read by ${results.readBy}`}
          </p>
        )}
        {text.image !== undefined && text.texts.length > 0 && <ImageWeight weight={text.imageWeight} />}
        {text.notices.map((notice) => (
          <p key={notice} class="notice" role="status">
            {notice}
          </p>
        ))}
      </div>
    </header>
  );
}

/** What the image counts beside the words. */
function ImageWeight({ weight }: { readonly weight: number }): VNode {
  const percent = Math.round(100 * weight);
  return (
    <label class="weight" title={`The words count ${100 - percent} %, the image ${percent} %`}>
      <span>words</span>
      <input
        type="range"
        min="0"
        max="100"
        step="5"
        value={percent}
        aria-label="What the image counts beside the words"
        aria-valuetext={`${percent} %`}
        onChange={({ currentTarget }) =>
          void host.call('similar/setImageWeight', { imageWeight: Number(currentTarget.value) / 100 })
        }
      />
      <span>image</span>
    </label>
  );
}

function describePlace({ label, split }: SimilarQuery): string {
  return [label && `Class ${label}`, split && `split ${split}`].filter(Boolean).join(', ');
}

function describeSearch({ encoder, approximate, recall }: SimilarResults): string {
  return approximate ? `${encoder}, approximate (recall ${recall.toFixed(2)})` : encoder;
}
