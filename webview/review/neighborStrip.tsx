import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FindingKind } from '../../src/core/curation/findings.ts';
import type { SimilarImage } from '../../src/protocol/engine.ts';
import { host } from './host.ts';
import { keepThumbnails, thumbnailOf } from './pictures.ts';

/** What is said of an image by those around it, which a person has to see to judge it. */
const judgedByNeighbors: ReadonlySet<FindingKind> = new Set<FindingKind>(['label-issue', 'outlier']);
/** Findings are gone through faster than this: what nobody looks at isn't asked for. */
const LOOKED_AT_MS = 120;

export function isJudgedByNeighbors(kind: FindingKind): boolean {
  return judgedByNeighbors.has(kind);
}

function pathsOf(images: readonly { readonly path: string }[]): string[] {
  return images.map(({ path }) => path);
}

/**
 * What the host answers about an image that somebody stays at; undefined until it has.
 *
 * @param shown paths of the thumbnails that are shown of the answer
 */
export function useAnswer<T>(
  path: string,
  ask: () => Promise<T>,
  shown: (answer: T) => readonly string[],
): T | undefined {
  const [found, setFound] = useState<T>();
  useEffect(() => {
    let isShown = true;
    setFound(undefined);
    const timer = setTimeout(() => {
      void ask().then((answer) => {
        if (!isShown) return;
        keepThumbnails(shown(answer));
        setFound(() => answer);
      });
    }, LOOKED_AT_MS);
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [path]);
  return found;
}

/** The images that are most alike to one, with their classes. */
export function NeighborStrip({ path }: { readonly path: string }): VNode {
  const found = useAnswer(path, () => host.call('review/neighbors', { path }), pathsOf);
  return (
    <section class="neighbors" aria-label="Most alike">
      <h3>Most alike</h3>
      {found?.length === 0 && <p class="hint">No other image has been compared with it.</p>}
      <ul>
        {found?.map((neighbor) => (
          <li key={neighbor.path}>
            <Neighbor of={path} neighbor={neighbor} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Neighbor({ of, neighbor }: { readonly of: string; readonly neighbor: SimilarImage }): VNode {
  const { path, similarity, label } = neighbor;
  return (
    <button
      type="button"
      class="neighbor"
      title={`${path}: open both side by side`}
      onClick={() => void host.call('review/open', { paths: [of, path] })}
    >
      <NeighborPicture path={path} />
      <span class="neighbor-class">{label ?? 'no class'}</span>
      <span class="hint">{similarity.toFixed(3)}</span>
    </button>
  );
}

export function NeighborPicture({ path }: { readonly path: string }): VNode {
  const [thumbnail, setThumbnail] = useState<string>();
  useEffect(() => {
    let isShown = true;
    void thumbnailOf(path).then((url) => {
      if (isShown) setThumbnail(url);
    });
    return () => {
      isShown = false;
    };
  }, [path]);
  return (
    <span class="neighbor-picture">{thumbnail !== undefined && <img src={thumbnail} alt="" draggable={false} />}</span>
  );
}
