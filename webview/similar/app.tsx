import type { VNode } from 'preact';
import type { Progress } from '../../src/core/progress.ts';
import { formatProgress } from '../../src/core/progressText.ts';
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
      <div class="progress">{current.searching && <SearchBar progress={current.progress} />}</div>
      {query && <QueryHeader query={query} results={current.results} imagesRevision={current.imagesRevision} />}
      {text && <TextHeader text={text} results={current.results} imagesRevision={current.imagesRevision} />}
      {current.progress && (
        <p class="reading" role="status">
          {formatProgress(current.progress)}
        </p>
      )}
      <Results current={current} />
    </main>
  );
}

/** How far a search is that has to read captions first; one that hasn't is over soon. */
function SearchBar({ progress }: { readonly progress: Progress | undefined }): VNode {
  return progress?.total === undefined ? (
    <vscode-progress-bar indeterminate aria-label="Searching" />
  ) : (
    <vscode-progress-bar value={progress.done} max={progress.total} aria-label={progress.phase} />
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
