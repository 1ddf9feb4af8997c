import type { VNode } from 'preact';
import type { ReviewState } from '../../src/protocol/reviewView.ts';
import { Working } from '../shared/working.tsx';
import { ActionBar } from './actionBar.tsx';
import { AllDecided, DecisionProblems, Failure, NeverChecked, NothingFound, NotTrusted } from './emptyStates.tsx';
import { nothingListed } from './filterTerms.ts';
import { FindingList } from './findingList.tsx';
import { FindingView } from './findingView.tsx';
import { act, findings, state } from './host.ts';
import { decided, listed } from './list.ts';
import { announced, current } from './reviewing.ts';
import { Toolbar } from './toolbar.tsx';

export function App(): VNode | null {
  const shown = state.value;
  if (!shown) return null;
  if (!shown.trusted) return <NotTrusted />;
  return (
    <main aria-busy={shown.checking !== undefined || shown.reading}>
      <Toolbar shown={shown} />
      {shown.checking && (
        <Working
          progress={shown.checking}
          cancel={() => {
            act('cancel');
          }}
        />
      )}
      {shown.problems && <DecisionProblems problems={shown.problems} />}
      {shown.failure && !shown.checking && <Failure failure={shown.failure} />}
      <Content shown={shown} />
      <p class="unseen" role="status" aria-live="polite">
        {announced.value}
      </p>
    </main>
  );
}

function Content({ shown }: { readonly shown: ReviewState }): VNode | null {
  if (!shown.check) return shown.checking || shown.reading || shown.failure ? null : <NeverChecked shown={shown} />;
  if (shown.check.findings === 0) return <NothingFound check={shown.check} />;
  if (!findings.value) return null;
  const finding = current.value;
  const { done, all } = decided.value;
  return (
    <div class="columns" data-stale={shown.checking !== undefined}>
      <FindingList />
      <div class="looking">
        {done === all && all > 0 && <AllDecided />}
        {finding ? (
          <>
            <FindingView finding={finding} thresholds={shown.check.thresholds} />
            <ActionBar />
          </>
        ) : (
          listed.value.length === 0 && <p class="hint nothing">{nothingListed.value}</p>
        )}
      </div>
    </div>
  );
}
