import type { VNode } from 'preact';
import type { SimilarState } from '../../src/protocol/similarView.ts';
import { Failure, NoQuery, NoResults } from './emptyStates.tsx';
import { state } from './host.ts';
import { QueryHeader } from './queryHeader.tsx';
import { ResultGrid } from './resultGrid.tsx';
import { Toolbar } from './toolbar.tsx';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  if (!current.query) return <NoQuery state={current} />;
  return (
    <main aria-busy={current.searching}>
      <div class="progress">{current.searching && <vscode-progress-bar indeterminate aria-label="Searching" />}</div>
      <QueryHeader query={current.query} results={current.results} imagesRevision={current.imagesRevision} />
      <Results current={current} />
    </main>
  );
}

function Results({ current }: { readonly current: SimilarState }): VNode | null {
  const { failure, results, query } = current;
  if (failure) return <Failure failure={failure} indexing={current.indexing} />;
  if (!results || !query) return null;
  return (
    <>
      <Toolbar state={current} hasClass={query.label !== undefined} />
      {results.images.length === 0 ? (
        <NoResults state={current} />
      ) : (
        <ResultGrid
          results={results}
          queryLabel={query.label}
          stale={current.searching}
          imagesRevision={current.imagesRevision}
        />
      )}
    </>
  );
}
