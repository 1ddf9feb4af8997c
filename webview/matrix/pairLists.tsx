import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { PairAction } from '../../src/core/decisions/decisionLines.ts';
import type { ListedPair, MatrixFigures } from '../../src/protocol/matrixView.ts';
import { host, synchronize } from './host.ts';
import { Thumbnail } from './pictures.tsx';
import { figure, pairClasses } from './sentences.ts';

const SHOWN = 8;

/** The pairs that are worth a look, with what can be said of them. */
export function PairLists({ figures }: { readonly figures: MatrixFigures }): VNode {
  const { classes, mostBetween, leastWithin, mostUnlabelled } = figures;
  return (
    <>
      <PairList
        id="between"
        title="Most similar across classes"
        purpose="Wrong labels, classes that overlap, and copies come first."
        pairs={mostBetween}
      />
      <PairList
        id="within"
        title="Least similar within a class"
        purpose="Wrong labels, and classes of several looks, come first."
        pairs={leastWithin}
      />
      <PairList
        id="unlabelled"
        title={classes.length === 0 ? 'Most similar pairs' : 'Most similar with an image of no class'}
        purpose={`Copies${classes.length === 0 ? '' : ', and images that could take the class of their partner,'} come first.`}
        pairs={mostUnlabelled}
      />
    </>
  );
}

interface PairListProps {
  readonly id: string;
  readonly title: string;
  /** What is found there. */
  readonly purpose: string;
  readonly pairs: readonly ListedPair[];
}

function PairList({ id, title, purpose, pairs }: PairListProps): VNode | null {
  const [all, setAll] = useState(false);
  if (pairs.length === 0) return null;
  const shown = all ? pairs : pairs.slice(0, SHOWN);
  return (
    <section aria-labelledby={`${id}-title`} data-list={id}>
      <div class="section-title">
        <h2 id={`${id}-title`}>{title}</h2>
        {pairs.length > SHOWN && (
          <button
            type="button"
            class="chip"
            aria-pressed={all}
            onClick={() => {
              setAll(!all);
            }}
          >
            {all ? `Show ${SHOWN}` : `Show All ${pairs.length}`}
          </button>
        )}
      </div>
      <p class="hint">{purpose} No image comes more than three times.</p>
      <ul class="pairs">
        {shown.map((pair) => (
          <PairCard key={pair.paths.join('\n')} pair={pair} />
        ))}
      </ul>
    </section>
  );
}

function PairCard({ pair }: { readonly pair: ListedPair }): VNode {
  const { paths, similarity, copies, decided } = pair;
  const name = `${paths[0]} and ${paths[1]}`;
  const relabel = async (of: readonly string[], undo: boolean): Promise<void> => {
    await host.call('matrix/relabel', { paths: of, undo });
    await synchronize();
  };
  return (
    <li class="pair-card" data-decided={decided}>
      <button
        type="button"
        class="card"
        title={`Open side by side\n${paths.join('\n')}`}
        aria-label={`Open ${name} side by side, similarity ${figure(similarity)}, ${pairClasses(pair)}`}
        onClick={() => void host.call('matrix/open', { paths })}
      >
        <span class="two">
          <Thumbnail path={paths[0]} />
          <Thumbnail path={paths[1]} />
        </span>
        <span class="caption">
          <span class="similarity">{figure(similarity)}</span>
          <span class="label">{pairClasses(pair)}</span>
        </span>
        {copies && <span class="hint">The same file twice</span>}
      </button>
      <div class="choices">
        <Decision
          pair={pair}
          action="same"
          label="Same"
          meaning={`${name} belong together; training pulls them together`}
        />
        <Decision
          pair={pair}
          action="different"
          label="Different"
          meaning={`${name} are different; training pushes them apart`}
        />
        <button
          type="button"
          class="chip"
          title="Give one of the two another class"
          aria-label={`Relabel ${paths[0]} or ${paths[1]}`}
          onClick={() => void relabel(paths, false)}
        >
          Relabel…
        </button>
      </div>
      {pair.relabelled.map(({ label, path }) => (
        <p class="hint done" key={path}>
          {path.slice(path.lastIndexOf('/') + 1)} is now “{label}”.{' '}
          <button
            type="button"
            class="link"
            aria-label={`Undo relabelling ${path}`}
            onClick={() => void relabel([path], true)}
          >
            Undo
          </button>
        </p>
      ))}
    </li>
  );
}

interface DecisionProps {
  readonly pair: ListedPair;
  readonly action: PairAction;
  readonly label: string;
  readonly meaning: string;
}

/** Pressed while it is decided so; a second click takes it back. */
function Decision({ pair: { paths, decided }, action, label, meaning }: DecisionProps): VNode {
  const isDecided = decided === action;
  const decide = async (): Promise<void> => {
    await host.call('matrix/decide', { paths, action: isDecided ? undefined : action });
    await synchronize();
  };
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={isDecided}
      aria-label={meaning}
      title={isDecided ? 'Take it back; the line leaves decisions.jsonl' : meaning}
      onClick={() => void decide()}
    >
      {isDecided ? '✓ ' : ''}
      {label}
    </button>
  );
}
