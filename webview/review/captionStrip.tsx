import type { VNode } from 'preact';
import { captionLines } from '../shared/captionText.ts';
import { host } from './host.ts';
import { NeighborPicture, useAnswer } from './neighborStrip.tsx';

/** What a caption that doesn't fit lies near to in place of its image: other images, and other captions that fit better. */
export function CaptionStrip({ path }: { readonly path: string }): VNode | null {
  const ask = () => host.call('review/captionNeighbors', { path });
  const found = useAnswer(path, ask, (near) =>
    typeof near === 'object' ? near.images.map((image) => image.path) : [],
  );
  if (typeof found === 'string') return <p class="hint">What is nearer to the caption can’t be told: {found}</p>;
  return (
    <section class="neighbors by-caption" aria-label="Nearer to the caption">
      <h3>
        Images that this caption is nearest to
        {found && <span class="hint"> · {figure(found.similarity)} to its own</span>}
      </h3>
      <ul>
        {found?.images.map((image) => (
          <li key={image.path}>
            <button
              type="button"
              class="neighbor"
              title={besideText(image.path)}
              onClick={() => {
                open(path, image.path);
              }}
            >
              <NeighborPicture path={image.path} />
              <span class="neighbor-caption">{captionLines(image.captions).join(' ') || 'no caption'}</span>
              <span class="hint">{difference(image.similarity, found.similarity)}</span>
            </button>
          </li>
        ))}
      </ul>
      <h3>Captions of others that this image is nearest to</h3>
      <ol>
        {found?.captions.map(({ caption, path: other, similarity }) => (
          <li key={caption}>
            <button
              type="button"
              class="link"
              title={besideText(other)}
              onClick={() => {
                open(path, other);
              }}
            >
              “{caption}”
            </button>{' '}
            <span class="hint">{difference(similarity, found.similarity)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function open(path: string, other: string): void {
  void host.call('review/open', { paths: [path, other] });
}

function besideText(path: string): string {
  return `${path}: open both side by side`;
}

/** "0.412, nearer" where it lies nearer than the image and its caption do. */
function difference(similarity: number, own: number): string {
  return `${figure(similarity)}${similarity > own ? ', nearer' : ''}`;
}

function figure(similarity: number): string {
  return similarity.toFixed(3).replace('-', '−');
}
