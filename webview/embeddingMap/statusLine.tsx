import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { EmbeddingMapState } from '../../src/protocol/embeddingMap.ts';
import { act, change } from './host.ts';
import { IconButton } from './iconButton.tsx';
import { Popover } from './popover.tsx';
import {
  agreementLine,
  changesLine,
  gradeWords,
  meaning,
  meaningLine,
  recallText,
  trustGrade,
  trustLine,
} from './sentences.ts';

/** What the map means, and how far it can be trusted. */
export function StatusLine({ shown }: { readonly shown: EmbeddingMapState }): VNode | null {
  const [isOpen, setOpen] = useState(false);
  const { maps, settings, comparison } = shown;
  const [first] = maps;
  if (!first || first.points === 0) return null;
  const grade = trustGrade(first);
  const changes = changesLine(first, shown.of);
  const agreement = comparison && agreementLine(comparison);
  return (
    <footer class="status">
      {grade && (
        <span class="grade" data-grade={grade} title={trustLine(first)}>
          {gradeWords[grade]}
        </span>
      )}
      {agreement !== undefined ? (
        <button
          type="button"
          class="link"
          title="Colour by how many neighbours both encoders agree on"
          onClick={() => void change({ colorBy: 'agreement' })}
        >
          {agreement}
        </button>
      ) : (
        <span class="status-text">{trustLine(first)}</span>
      )}
      {changes !== '' && (
        <button
          type="button"
          class="link"
          title="Lay the map out anew, with the images that are there now"
          onClick={() => {
            act('layOutAnew');
          }}
        >
          {changes}: lay out anew
        </button>
      )}
      <span class="status-text faint-end">{meaningLine(settings)}</span>
      <div class="popover-anchor upwards">
        <IconButton
          icon="info"
          name="What this map means"
          pressed={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        />
        {isOpen && (
          <Popover
            name="What this map means"
            onClose={() => {
              setOpen(false);
            }}
          >
            <div class="meaning" tabIndex={-1}>
              {meaning(settings).map((sentence) => (
                <p key={sentence}>{sentence}</p>
              ))}
              {maps.map((map) => (
                <p key={map.encoder?.id} class="hint">
                  {maps.length > 1 && `${map.encoder?.id ?? ''}: `}
                  {trustLine(map)}
                  {map.figures && map.figures.recall < 1 && ` · ${recallText(map.figures.recall)}`}
                </p>
              ))}
            </div>
          </Popover>
        )}
      </div>
    </footer>
  );
}
