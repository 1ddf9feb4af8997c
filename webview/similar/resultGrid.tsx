import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SimilarImage } from '../../src/protocol/engine.ts';
import type { SimilarResults } from '../../src/protocol/similarView.ts';
import { captionLines } from '../shared/captionText.ts';
import { nextCell } from '../shared/gridNavigation.ts';
import { host } from './host.ts';
import { useOnlyThumbnails, useThumbnail } from './pictures.ts';

interface ResultGridProps {
  readonly results: SimilarResults;
  readonly queryLabel: string | undefined;
  /** There is an image that a result can be put beside. */
  readonly hasQueryImage: boolean;
  /** Results of the query before are shown until those of the new one are there. */
  readonly stale: boolean;
  readonly imagesRevision: number;
}

/** The results, best first. One of them is in the tab order; arrows move within. */
export function ResultGrid({ results, queryLabel, hasQueryImage, stale, imagesRevision }: ResultGridProps): VNode {
  const grid = useRef<HTMLUListElement>(null);
  const [current, setCurrent] = useState(0);
  const [opened, setOpened] = useState<string>();
  const { images, root } = results;
  const version = `${imagesRevision}:${root}`;
  // Every answer of the host is a new array, mostly of the same paths.
  const shown = images.map(({ path }) => path).join('\n');
  const paths = useMemo(() => images.map(({ path }) => path), [shown]);
  useOnlyThumbnails(version, paths);
  useEffect(() => {
    setCurrent(0);
    setOpened(undefined);
  }, [shown]);
  const move = (event: KeyboardEvent): void => {
    const list = grid.current;
    if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
    const columns = getComputedStyle(list).gridTemplateColumns.split(' ').length;
    const next = nextCell(event.key, current, images.length, columns);
    if (next === undefined) return;
    event.preventDefault();
    setCurrent(next);
    list.querySelectorAll('button')[next]?.focus();
  };
  return (
    <ul class="results" data-stale={stale} aria-label="Similar images, best first" ref={grid} onKeyDown={move}>
      {images.map((image, index) => (
        <Result
          isByCaption={results.readBy !== undefined}
          key={image.path}
          image={image}
          queryLabel={queryLabel}
          hasQueryImage={hasQueryImage}
          inTabOrder={index === current}
          onFocus={() => {
            setCurrent(index);
          }}
          onOpen={() => {
            setOpened(image.path);
            void host.call('similar/open', { path: image.path, preserveFocus: true });
          }}
          isOpened={image.path === opened}
          version={version}
        />
      ))}
    </ul>
  );
}

interface ResultProps {
  /** It was found by what is written about it. */
  readonly isByCaption: boolean;
  readonly image: SimilarImage;
  readonly queryLabel: string | undefined;
  readonly hasQueryImage: boolean;
  readonly inTabOrder: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
  /** It was the last of them to be opened. */
  readonly isOpened: boolean;
  readonly version: string;
}

function Result({
  isByCaption,
  image,
  queryLabel,
  hasQueryImage,
  inTabOrder,
  onFocus,
  onOpen,
  isOpened,
  version,
}: ResultProps): VNode {
  const { path, similarity, label, split, captions } = image;
  const url = useThumbnail(version, path);
  const relation =
    queryLabel === undefined || label === undefined ? 'unknown' : label === queryLabel ? 'same' : 'other';
  const described = [
    path,
    `similarity ${similarity.toFixed(4)}`,
    ...(label === undefined ? [] : [`class ${label}${split === undefined ? '' : `, ${split}`}`]),
    ...captionLines(captions),
  ].join('\n');
  const context = { webviewSection: 'result', path, hasQueryImage, preventDefaultContextMenuItems: true };
  return (
    <li data-relation={relation}>
      <button
        type="button"
        tabIndex={inTabOrder ? 0 : -1}
        title={described}
        aria-label={described.replaceAll('\n', ', ')}
        data-vscode-context={JSON.stringify(context)}
        onFocus={onFocus}
        aria-current={isOpened}
        onClick={onOpen}
      >
        <span class="picture">
          {typeof url === 'string' && <img src={url} alt="" draggable={false} />}
          {url === null && <span class="no-picture">no thumbnail</span>}
        </span>
        <span class="caption">
          <span class="similarity">{similarity.toFixed(3)}</span>
          {label !== undefined && (
            <span class="label">
              {relation === 'other' && (
                <span class="mark" aria-hidden="true">
                  ≠{' '}
                </span>
              )}
              {label}
            </span>
          )}
        </span>
        {isByCaption && <span class="written">{captionLines(captions)[0]}</span>}
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${Math.max(0, Math.min(1, similarity)) * 100}%` }} />
        </span>
      </button>
    </li>
  );
}
