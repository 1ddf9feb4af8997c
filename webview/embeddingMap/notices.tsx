import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { Remedies } from '../shared/remedies.tsx';
import { PICK } from './emptyStates.tsx';
import { act } from './host.ts';
import { IconButton } from './iconButton.tsx';

/** What there is to tell while the map is shown: that bringing it up to date failed, that images are missing. */
export function Notices({ shown }: { readonly shown: EmbeddingMapState }): VNode | null {
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const failures = shown.maps.flatMap(({ failure }) => (failure ? [failure] : []));
  const notices = shown.notices.filter((notice) => !read.has(notice));
  if (failures.length + notices.length === 0) return null;
  return (
    <div class="notices">
      {failures.map(({ message, remedy }) => (
        <div key={message} class="notice" role="alert">
          <p>{message}</p>
          <div class="actions">
            <Remedies remedy={remedy} pickLabel={PICK} act={act} />
          </div>
        </div>
      ))}
      {notices.map((notice) => (
        <div key={notice} class="notice" role="status">
          <p>{notice}</p>
          <IconButton
            icon="close"
            name="Close this message"
            onClick={() => {
              setRead(new Set([...read, notice]));
            }}
          />
        </div>
      ))}
    </div>
  );
}
