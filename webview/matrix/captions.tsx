import type { VNode } from 'preact';
import { ErrorCode } from '../../src/core/errors.ts';
import type { FarPair } from '../../src/protocol/captions.ts';
import type { MatrixState } from '../../src/protocol/matrixView.ts';
import { ActionButton } from './emptyStates.tsx';
import { host } from './host.ts';
import { Thumbnail } from './pictures.tsx';
import { captionSentence, figure, rankText } from './sentences.ts';

/** How well images and captions find each other, and the pairs that are farthest apart; or why that can't be told. */
export function Captions({ current }: { readonly current: MatrixState }): VNode | null {
  const { captions, captionFailure } = current;
  if (captionFailure) {
    const { code, message } = captionFailure;
    return (
      <section class="empty" role="alert">
        <p>{message}</p>
        <div class="actions">
          {code === ErrorCode.EncoderWithoutText && <ActionButton action="chooseEncoder" label="Choose Encoder" />}
          <ActionButton action="retry" label="Try Again" secondary={code === ErrorCode.EncoderWithoutText} />
        </div>
      </section>
    );
  }
  if (!captions) return null;
  return (
    <>
      {captions.notices.map((notice) => (
        <p class="notice" key={notice}>
          {notice}
        </p>
      ))}
      <section aria-labelledby="captions-title">
        <h2 id="captions-title">Images and captions that find each other</h2>
        <p class="sentence">{captionSentence(captions)}</p>
      </section>
      {captions.farthest.length > 0 && (
        <section aria-labelledby="farthest-title" data-list="farthest">
          <h2 id="farthest-title">Farthest from their own caption</h2>
          <p class="hint">Wrong captions, and those that say little of their image, come first.</p>
          <ul class="pairs">
            {captions.farthest.map((pair) => (
              <FarCard key={pair.path} pair={pair} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function FarCard({ pair }: { readonly pair: FarPair }): VNode {
  const { path, caption, similarity } = pair;
  return (
    <li>
      <button
        type="button"
        class="card far-card"
        title={`${path}: open the image`}
        onClick={() => void host.call('matrix/open', { paths: [path] })}
      >
        <Thumbnail path={path} />
        <span class="far-text">
          <span class="side-name">“{caption}”</span>
          <span class="hint">
            {figure(similarity)} · {rankText(pair)}
          </span>
        </span>
      </button>
    </li>
  );
}
