import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SimilarImage } from '../../src/protocol/engine.ts';
import type { ViewerSearch } from '../../src/protocol/viewerView.ts';
import { blobUrls, PictureCache } from '../shared/pictureCache.ts';
import { Remedies } from '../shared/remedies.tsx';
import { host } from './host.ts';
import { matchDescription, matchText } from './sentences.ts';
import { boxOnSquare } from './thumbnailBox.ts';

const thumbnails = new PictureCache((paths) => host.call('viewer/thumbnails', { paths }), blobUrls);

interface SearchStripProps {
  readonly search: ViewerSearch;
  readonly name: string;
  /** Says of each what of it was matched. */
  readonly byRegion: boolean;
  /** Changes when thumbnails may have. */
  readonly version: string;
}

/** What a search has found, the most similar first; a click opens one here. */
export function SearchStrip({ search, name, byRegion, version }: SearchStripProps): VNode {
  const { results, failure, searching } = search;
  const shown = (results ?? []).map(({ path }) => path).join('\n');
  const paths = useMemo(() => (results ?? []).map(({ path }) => path), [shown]);
  useEffect(() => {
    thumbnails.keep(version, paths);
  }, [version, paths]);
  if (failure) {
    return (
      <div class="empty" role="alert">
        <p>{failure.message}</p>
        <Remedies remedy={failure.remedy} act={(action) => host.call('viewer/act', { action })} />
      </div>
    );
  }
  if (results?.length === 0) return <p class="hint">There is no other image in this dataset.</p>;
  return (
    <ul class="found" aria-label={name} aria-busy={searching} data-stale={searching}>
      {results?.map((image) => (
        <li key={image.path}>
          <Found image={image} byRegion={byRegion} version={version} />
        </li>
      ))}
    </ul>
  );
}

interface FoundProps {
  readonly image: SimilarImage;
  readonly byRegion: boolean;
  readonly version: string;
}

function Found({ image, byRegion, version }: FoundProps): VNode {
  const { path, similarity, label, region } = image;
  const [url, setUrl] = useState<string | null>();
  useEffect(() => {
    let isCurrent = true;
    void thumbnails.get(version, path).then((found) => {
      if (isCurrent) setUrl(found ?? null);
    });
    return () => {
      isCurrent = false;
    };
  }, [version, path]);
  const described = matchDescription(image);
  return (
    <button
      type="button"
      class="card"
      title={described}
      aria-label={described.replaceAll('\n', ', ')}
      onClick={() => void host.call('viewer/open', { path })}
    >
      <span class="picture">
        {typeof url === 'string' && <img src={url} alt="" draggable={false} />}
        {url === null && <span class="hint">no thumbnail</span>}
        {region && <span class="matched" style={boxOnSquare(region)} />}
      </span>
      <span class="caption">
        <span class="similarity">{similarity.toFixed(3)}</span>
        {label !== undefined && <span class="label">{label}</span>}
      </span>
      {byRegion && <span class="match">{matchText(image)}</span>}
    </button>
  );
}
