import type { VNode } from 'preact';
import { Remedies } from '../shared/remedies.tsx';
import { ShortcutSheet } from '../shared/shortcutSheet.tsx';
import { host, state } from './host.ts';
import { shortcuts, showAll, showOwnSize, zoomBy, ZOOM_STEP } from './keys.ts';
import { tool, type Tool } from './looking.ts';
import { isShown, picture } from './picture.ts';
import { Side } from './side.tsx';
import { Stage, StatusLine } from './stage.tsx';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  const act = (action: 'index' | 'retry' | 'trust' | 'pick' | 'log') => host.call('viewer/act', { action });
  if (!current.trusted) {
    return (
      <section class="empty">
        <p>No picture is read in a restricted workspace.</p>
        <Remedies remedy="trust" act={act} />
      </section>
    );
  }
  const shown = picture.value;
  const isSearching = current.similar.searching || current.region?.searching === true;
  return (
    <main aria-busy={isSearching}>
      <div class="progress">{isSearching && <vscode-progress-bar indeterminate aria-label="Searching" />}</div>
      <div class="looking">
        <Toolbar />
        {isShown(shown) && <Stage shown={shown} name={current.name} />}
        {shown !== undefined && !isShown(shown) && (
          <section class="stage empty" role="alert">
            <p>{shown.message}</p>
            <Remedies remedy={shown.remedy} act={act} />
          </section>
        )}
        {shown === undefined && <div class="stage" aria-busy="true" />}
        {isShown(shown) && <StatusLine shown={shown} />}
      </div>
      <Side current={current} shown={shown} />
    </main>
  );
}

const tools: readonly { readonly id: Tool; readonly label: string; readonly title: string }[] = [
  { id: 'region', label: 'Region', title: 'A drag chooses a region to search with (M)' },
  { id: 'move', label: 'Move', title: 'A drag moves the picture (M); so does one with Space or the middle button' },
];

function Toolbar(): VNode {
  const chip = (label: string, title: string, run: () => void, text = label): VNode => (
    <button type="button" class="chip" title={title} aria-label={label} onClick={run}>
      {text}
    </button>
  );
  return (
    <div class="tools" role="toolbar" aria-label="View">
      <span class="group" role="group" aria-label="What a drag does">
        {tools.map(({ id, label, title }) => (
          <button
            key={id}
            type="button"
            class="chip"
            title={title}
            aria-pressed={tool.value === id}
            onClick={() => {
              tool.value = id;
            }}
          >
            {label}
          </button>
        ))}
      </span>
      <span class="group" role="group" aria-label="Zoom">
        {chip(
          'Zoom out',
          'Zoom out (-)',
          () => {
            zoomBy(1 / ZOOM_STEP);
          },
          '−',
        )}
        {chip(
          'Zoom in',
          'Zoom in (+)',
          () => {
            zoomBy(ZOOM_STEP);
          },
          '+',
        )}
        {chip('Fit', 'Show all of the picture (0)', showAll)}
        {chip('100 %', 'Show it at its own size (1)', showOwnSize)}
        <ShortcutSheet title="Keys of the image viewer" shortcuts={shortcuts} />
      </span>
    </div>
  );
}
