import type { VNode } from 'preact';
import { groupKinds, imagesOf } from '../../src/core/curation/answers.ts';
import type { ReviewAction } from '../../src/core/curation/reviewSteps.ts';
import { formatCount } from '../../src/core/progressText.ts';
import {
  current,
  decide,
  focused,
  isCompared,
  meantBy,
  move,
  relabelAsSuggested,
  subjects,
  suggested,
  suggestingClass,
  tag,
  told,
} from './reviewing.ts';

/** What can be decided of what is looked at, each with its key. */
export function ActionBar(): VNode {
  const several = subjects.value.length > 1;
  const finding = current.value;
  const images = finding ? imagesOf(finding) : [];
  const isGroup = images.length > 1;
  const number = isGroup && !several && focused.value !== undefined ? images.indexOf(focused.value) + 1 : 0;
  const that = number > 0 ? ` ${number}` : '';
  const classes = new Set(suggestingClass().map(({ suggested: label }) => label));
  const [label] = classes;
  return (
    <div class="decisions">
      {told.value !== '' && (
        <p class="told" role="status">
          {told.value}
        </p>
      )}
      <div class="action-bar" role="toolbar" aria-label="Decide">
        {suggested.value === 'keepBest' && keepBest}
        {label !== undefined && (
          <DecideButton
            action="relabel"
            keyName="L"
            label={classes.size === 1 ? `Relabel as “${label}”` : 'Relabel each as suggested'}
            count={suggestingClass().length}
            isSuggested={suggested.value === 'relabel'}
            decide={relabelAsSuggested}
          />
        )}
        {!several && isGroup && <Decide action="keepOne" keyName="O" label={`Keep only${that}`} />}
        <Decide action="keep" keyName="K" label={isGroup ? 'Keep all' : 'Keep'} />
        <Decide action="exclude" keyName="X" label={`Exclude${that}`} />
        <Decide action="quarantine" keyName="Q" label={`Set aside${that}`} />
        <Decide action="relabel" keyName="R" label={`Relabel${that}…`} />
        {images.length > 0 && (
          <DecideButton action="tag" keyName="T" label={`Tag${that}…`} count={subjects.value.length} decide={tag} />
        )}
        {suggested.value !== 'keepBest' && keepBest}
        <Decide action="same" keyName="S" label="Same, keep both" />
        <Decide action="different" keyName="N" label="Different" />
        <Decide action="ignore" keyName="I" label="Not an issue" />
      </div>
    </div>
  );
}

const keepBest = <Decide action="keepBest" keyName="B" label="Keep best, exclude rest" />;

interface DecideProps {
  readonly action: ReviewAction;
  readonly label: string;
  readonly keyName: string;
}

function Decide({ action, ...shown }: DecideProps): VNode | null {
  const meant = meantBy(action).length;
  if (meant === 0) return null;
  return (
    <DecideButton
      {...shown}
      action={action}
      count={meant}
      isSuggested={action === 'keepBest' && suggested.value === action}
      decide={() => {
        decide(action);
      }}
    />
  );
}

interface DecideButtonProps extends Pick<DecideProps, 'label' | 'keyName'> {
  readonly action: ReviewAction | 'tag';
  /** Findings that it is about. */
  readonly count: number;
  /** What Enter does. */
  readonly isSuggested?: boolean;
  readonly decide: () => void;
}

function DecideButton({ action, label, keyName, count, isSuggested = false, decide: run }: DecideButtonProps): VNode {
  const text = subjects.value.length > 1 ? `${label} (${formatCount(count)})` : label;
  return (
    <button
      type="button"
      class={isSuggested ? 'decide suggested' : 'decide'}
      data-action={action}
      title={`${text} (${keyName}${isSuggested ? ' or Enter' : ''})`}
      aria-keyshortcuts={isSuggested ? `${keyName} Enter` : keyName}
      onClick={run}
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
      {finding && groupKinds.has(finding.kind) && imagesOf(finding).length > 1 && (
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
