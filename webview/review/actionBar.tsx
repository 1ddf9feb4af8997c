import type { VNode } from 'preact';
import type { ReviewAction } from '../../src/core/curation/reviewSteps.ts';
import { imagesOf } from '../../src/core/curation/answers.ts';
import { formatCount } from '../../src/core/progressText.ts';
import { suggestedClass } from './keys.ts';
import { current, decide, focused, isCompared, meantBy, move, subjects } from './reviewing.ts';

/** What can be decided of what is looked at, each with its key. */
export function ActionBar(): VNode {
  const several = subjects.value.length > 1;
  const finding = current.value;
  const images = finding ? imagesOf(finding) : [];
  const isGroup = images.length > 1;
  const number = isGroup && !several && focused.value !== undefined ? images.indexOf(focused.value) + 1 : 0;
  const that = number > 0 ? ` ${number}` : '';
  const label = suggestedClass();
  const best = meantBy('keepBest').length > 0;
  return (
    <div class="action-bar" role="toolbar" aria-label="Decide">
      {best && <Decide action="keepBest" keyName="B" label="Keep best, exclude rest" isSuggested />}
      {label !== undefined && meantBy('relabel').length > 0 && (
        <Decide action="relabel" value={label} keyName="L" label={`Relabel as “${label}”`} isSuggested={!best} />
      )}
      {!several && isGroup && <Decide action="keepOne" keyName="O" label={`Keep only${that}`} />}
      <Decide action="keep" keyName="K" label={isGroup ? 'Keep all' : 'Keep'} />
      <Decide action="exclude" keyName="X" label={`Exclude${that}`} />
      <Decide action="quarantine" keyName="Q" label={`Set aside${that}`} />
      <Decide action="relabel" keyName="R" label={`Relabel${that}…`} />
      <Decide action="same" keyName="S" label="Same" />
      <Decide action="different" keyName="N" label="Different" />
      <Decide action="ignore" keyName="I" label="Not an issue" />
    </div>
  );
}

interface DecideProps {
  readonly action: ReviewAction;
  readonly label: string;
  readonly keyName: string;
  /** The class, of `relabel`. */
  readonly value?: string;
  /** What Enter does. */
  readonly isSuggested?: boolean;
}

function Decide({ action, label, keyName, value, isSuggested = false }: DecideProps): VNode | null {
  const meant = meantBy(action).length;
  if (meant === 0) return null;
  const [all, count] = [subjects.value.length, formatCount(meant)];
  const text = all > 1 ? `${label} (${count})` : label;
  return (
    <button
      type="button"
      class={isSuggested ? 'decide suggested' : 'decide'}
      data-action={action}
      title={`${text} (${keyName}${isSuggested ? ' or Enter' : ''})`}
      aria-keyshortcuts={isSuggested ? `${keyName} Enter` : keyName}
      onClick={() => {
        decide(action, value);
      }}
    >
      {text} <kbd>{keyName}</kbd>
    </button>
  );
}

/** What changes what is looked at, and decides nothing. */
export function LookBar(): VNode {
  const finding = current.value;
  return (
    <span class="apart">
      {finding && imagesOf(finding).length > 1 && (
        <button
          type="button"
          class="chip"
          aria-pressed={isCompared.value}
          title="Difference of the pixels (D)"
          onClick={() => {
            isCompared.value = !isCompared.value;
          }}
        >
          Difference <kbd>D</kbd>
        </button>
      )}
      <Step by={-1} label="Previous finding" keyName="↑" />
      <Step by={1} label="Next finding" keyName="↓" />
    </span>
  );
}

function Step({
  by,
  label,
  keyName,
}: {
  readonly by: number;
  readonly label: string;
  readonly keyName: string;
}): VNode {
  return (
    <button
      type="button"
      class="chip"
      title={`${label} (${keyName})`}
      aria-label={label}
      onClick={() => {
        move(by);
      }}
    >
      {keyName}
    </button>
  );
}
