import type { VNode } from 'preact';
import { formatQuantity } from '../../src/core/progressText.ts';
import type { MatrixFigures, MatrixState } from '../../src/protocol/matrixView.ts';
import { Working } from '../shared/working.tsx';
import { Captions } from './captions.tsx';
import { ClassTable } from './classTable.tsx';
import { ActionButton, ActionChip, Failure, NothingChosen } from './emptyStates.tsx';
import { act, isLoading, matrix, state } from './host.ts';
import { Inspector } from './inspector.tsx';
import { announced, look, rectangle, selecting, viewport } from './looking.ts';
import { MatrixView } from './matrixView.tsx';
import { Overlap } from './overlap.tsx';
import { PairLists } from './pairLists.tsx';
import { captionCellsSentence, cellsSentence } from './sentences.ts';
import { Controls, Toolbar } from './toolbar.tsx';
import { WHOLE, zoomed } from './viewport.ts';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  const { trusted, subject, failure, progress, figures } = current;
  if (!trusted || !subject) return <NothingChosen trusted={trusted} />;
  return (
    <main aria-busy={progress !== undefined}>
      <Toolbar current={current} />
      {progress && (
        <Working
          progress={progress}
          cancel={() => {
            act('cancel');
          }}
        />
      )}
      {failure && !progress && <Failure failure={failure} current={current} />}
      {!failure && !progress && !figures && (
        <section class="empty" role="status">
          <p>These images have not been compared.</p>
          <ActionButton action="retry" label="Compare" />
        </section>
      )}
      {figures && !failure && <Figures current={current} figures={figures} />}
      <p class="unseen" role="status" aria-live="polite">
        {announced.value}
      </p>
    </main>
  );
}

interface FiguresProps {
  readonly current: MatrixState;
  readonly figures: MatrixFigures;
}

function Figures({ current, figures }: FiguresProps): VNode {
  const shown = matrix.value;
  const { order, show, outdated, progress, captions } = current;
  const cells =
    shown &&
    (show === 'captions' && captions
      ? captionCellsSentence(captions)
      : cellsSentence(figures, order, show, shown.cells));
  return (
    <div class="columns" data-stale={progress !== undefined}>
      <div class="matrix-column" aria-busy={isLoading.value}>
        <Controls current={current} />
        {shown && (
          <>
            <MatrixView matrix={shown} />
            <ViewBar current={current} cells={shown.cells} />
            <Inspector matrix={shown} />
            <p class="hint">{cells}</p>
          </>
        )}
      </div>
      <div class="figures">
        {outdated && (
          <p class="notice" role="status">
            Labels have changed since these figures were computed. <ActionChip action="retry" label="Update" />
          </p>
        )}
        {figures.notices.map((notice) => (
          <p class="notice" key={notice}>
            {notice}
          </p>
        ))}
        {show === 'captions' ? (
          <Captions current={current} />
        ) : (
          <>
            <Overlap figures={figures} />
            {figures.table.length > 1 && <ClassTable table={figures.table} />}
            <PairLists figures={figures} />
          </>
        )}
      </div>
    </div>
  );
}

/** Zooming and selecting for those who have no wheel or don't know about it. */
function ViewBar({ current, cells }: { readonly current: MatrixState; readonly cells: number }): VNode {
  const { selection, selected } = current;
  const zoom = (factor: number): void => {
    look(zoomed(viewport.value, factor, 0.5, 0.5, cells));
  };
  const elsewhere = selection - selected.length;
  return (
    <div class="view-bar">
      <button
        type="button"
        class="chip"
        title="Zoom in (+)"
        aria-label="Zoom in"
        onClick={() => {
          zoom(1.5);
        }}
      >
        +
      </button>
      <button
        type="button"
        class="chip"
        title="Zoom out (−)"
        aria-label="Zoom out"
        onClick={() => {
          zoom(1 / 1.5);
        }}
      >
        −
      </button>
      <button
        type="button"
        class="chip"
        title="Show all of it (0)"
        disabled={viewport.value.size === 1}
        onClick={() => {
          look(WHOLE);
        }}
      >
        All
      </button>
      <button
        type="button"
        class="chip"
        aria-pressed={selecting.value}
        title="Dragging selects the images of a rectangle; so does Shift with dragging"
        onClick={() => {
          selecting.value = !selecting.value;
        }}
      >
        Select
      </button>
      {selection > 0 && (
        <span class="hint selection" role="status">
          {formatQuantity(selection, 'image')} selected{elsewhere > 0 ? `, ${selected.length} of them here` : ''}{' '}
          <button
            type="button"
            class="link"
            onClick={() => {
              rectangle.value = undefined;
              act('clear');
            }}
          >
            Clear
          </button>
        </span>
      )}
    </div>
  );
}
