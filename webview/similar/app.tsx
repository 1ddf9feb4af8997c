import type { VNode } from 'preact';
import type { SimilarState } from '../../src/protocol/similarView.ts';
import { Failure, NoQuery, NoResults } from './emptyStates.tsx';
import { state } from './host.ts';
import { QueryHeader, TextHeader } from './queryHeader.tsx';
import { ResultGrid } from './resultGrid.tsx';
import { Toolbar } from './toolbar.tsx';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  const { query, text } = current;
  if (!query && !text) return <NoQuery state={current} />;
  return (
    <main aria-busy={current.searching}>
      <div class="progress">{current.searching && <vscode-progress-bar indeterminate aria-label="Searching" />}</div>
      {query && <QueryHeader query={query} results={current.results} imagesRevision={current.imagesRevision} />}
      {text && <TextHeader text={text} results={current.results} imagesRevision={current.imagesRevision} />}
      <Results current={current} />
    </main>
  );
}

function Results({ current }: { readonly current: SimilarState }): VNode | null {
  const { failure, results, query, text } = current;
  if (failure) return <Failure failure={failure} indexing={current.indexing} inWords={text !== undefined} />;
  if (!results) return null;
  return (
    <>
      <Toolbar state={current} hasClass={query?.label !== undefined} />
      {results.images.length === 0 ? (
        <NoResults state={current} />
      ) : (
        <ResultGrid
          results={results}
          queryLabel={query?.label}
          hasQueryImage={(query?.file ?? text?.image) !== undefined}
          stale={current.searching}
          imagesRevision={current.imagesRevision}
        />
      )}
    </>
  );
}
