import type { VNode } from 'preact';
import { similarCounts } from '../../src/protocol/similarView.ts';
import type { ClassRelation, SimilarState } from '../../src/protocol/similarView.ts';
import { hasFilter } from './emptyStates.tsx';
import { host } from './host.ts';

const relations: readonly { readonly relation: ClassRelation; readonly label: string }[] = [
  { relation: 'all', label: 'All' },
  { relation: 'same', label: 'Same class' },
  { relation: 'other', label: 'Others' },
];

interface ToolbarProps {
  readonly state: SimilarState;
  /** Whether the query's class is known, so that others can be compared with it. */
  readonly hasClass: boolean;
}

/** Which results are shown, and how many. */
export function Toolbar({ state, hasClass }: ToolbarProps): VNode {
  const counts = [...new Set([...similarCounts, state.count])].sort((a, b) => a - b);
  const filter = [...(state.filter.classes ?? []), ...(state.filter.splits ?? [])].join(', ');
  return (
    <div class="toolbar">
      {hasClass && (
        <div class="chips" role="group" aria-label="Classes of the results">
          {relations.map(({ relation, label }) => (
            <button
              key={relation}
              type="button"
              class="chip"
              aria-pressed={state.relation === relation}
              onClick={() => void host.call('similar/setRelation', { relation })}
            >
              {label}
            </button>
          ))}
        </div>
      )}
      {hasFilter(state) && (
        <button
          type="button"
          class="chip"
          aria-pressed
          title="Remove this filter"
          aria-label={`Remove the filter ${filter}`}
          onClick={() => void host.call('similar/act', { action: 'clear-filter' })}
        >
          <span class="chip-text">{filter}</span> ×
        </button>
      )}
      <vscode-single-select
        class="count"
        aria-label="Number of results"
        title="Number of results"
        value={String(state.count)}
        onChange={(event) => {
          const count = Number((event.currentTarget as HTMLSelectElement).value);
          void host.call('similar/setCount', { count });
        }}
      >
        {counts.map((count) => (
          <vscode-option key={count} value={String(count)} selected={count === state.count}>
            {count}
          </vscode-option>
        ))}
      </vscode-single-select>
    </div>
  );
}
