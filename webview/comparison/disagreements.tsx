import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { disagreementOrders } from '../../src/core/evaluation/neighborhoodAgreement.ts';
import type { DisagreedQuery, FoundImage } from '../../src/core/evaluation/neighborhoods.ts';
import type { ComparisonFigures, ComparisonState } from '../../src/protocol/comparisonView.ts';
import type { EncoderEvaluation } from '../../src/protocol/evaluation.ts';
import { encoderName } from '../../src/protocol/evaluationText.ts';
import { Select } from '../shared/select.tsx';
import { change, isLoading, move, open, position, queries, query } from './host.ts';
import { Thumbnail } from './pictures.tsx';
import { emptySentence, foundSentence, orderTitle, percent } from './sentences.ts';
import { UseEncoder } from './useEncoder.tsx';

/** The image that the pointer or the focus is on, so that its twin in the other row stands out. */
const pointed = signal<string | undefined>(undefined);

interface DisagreementsProps {
  readonly current: ComparisonState;
  readonly figures: ComparisonFigures;
}

/** Queries on which the two encoders disagree, and what each of them finds. */
export function Disagreements({ current, figures }: DisagreementsProps): VNode {
  const { pair, order } = current;
  const { encoders } = figures;
  const [first, second] = pair.map((place) => encoderName(encoders[place]!, encoders)) as [string, string];
  const list = queries.value;
  const shown = query.value;
  return (
    <section aria-labelledby="disagreements-title" class="disagreements" aria-busy={isLoading.value}>
      <div class="section-title">
        <h2 id="disagreements-title">
          Where {first} and {second} disagree
        </h2>
        <div class="actions">
          <Select
            // The control goes on offering the names that the options had before.
            key={`${first} ${second}`}
            label="Show"
            value={order}
            options={disagreementOrders.map((value) => ({ value, label: orderTitle(value, first, second) }))}
            onChoose={(value) => {
              const chosen = disagreementOrders.find((known) => known === value);
              if (chosen) void change({ order: chosen });
            }}
          />
          <Pager count={list.length} />
        </div>
      </div>
      {list.length === 0 && !isLoading.value && (
        <p class="hint" role="status">
          {emptySentence(order, order === 'first' ? first : second)}
        </p>
      )}
      {shown && (
        <>
          <Strip list={list} />
          <Query current={current} figures={figures} shown={shown} />
          <p class="hint legend">
            <span class="mark same">✓</span> of the query's class <span class="mark other">✕</span> of another class{' '}
            <span class="mark shared">⇄</span> found by both
          </p>
        </>
      )}
    </section>
  );
}

function Pager({ count }: { readonly count: number }): VNode {
  return (
    <span class="pager">
      <button type="button" class="chip" title="Previous (←)" aria-label="Previous query" onClick={() => move(-1)}>
        ‹
      </button>
      <span class="count" role="status">
        {count === 0 ? '0 of 0' : `${position.value + 1} of ${count}`}
      </span>
      <button type="button" class="chip" title="Next (→)" aria-label="Next query" onClick={() => move(1)}>
        ›
      </button>
    </span>
  );
}

/** All queries in a line. */
function Strip({ list }: { readonly list: readonly DisagreedQuery[] }): VNode {
  const chosen = useRef<HTMLButtonElement>(null);
  const place = position.value;
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [place, list]);
  return (
    <ol class="strip" aria-label="Queries">
      {list.map(({ path, overlap }, i) => (
        <li key={path}>
          <button
            type="button"
            ref={i === place ? chosen : null}
            aria-current={i === place}
            title={`${path}: ${percent(overlap)} shared`}
            onClick={() => {
              position.value = i;
            }}
          >
            <Thumbnail path={path} />
            <span class="bar" aria-hidden="true">
              <i style={{ width: `${100 * overlap}%` }} />
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}

interface QueryProps extends DisagreementsProps {
  readonly shown: DisagreedQuery;
}

function Query({ current, figures, shown }: QueryProps): VNode {
  const { path, label, overlap, neighbors, hits } = shown;
  const { encoders } = figures;
  return (
    <div class="beside" data-query={path}>
      <figure class="asked">
        <button
          type="button"
          class="card"
          title={`Open ${path}`}
          onClick={() => {
            open([path]);
          }}
        >
          <Thumbnail path={path} />
        </button>
        <figcaption>
          <span class="class">{label}</span>
          <span class="label" title={path}>
            {path}
          </span>
          <span class="hint">{percent(overlap)} of the neighbours shared</span>
        </figcaption>
      </figure>
      {neighbors.map((found, side) => (
        <Side
          key={side}
          current={current}
          encoder={encoders[current.pair[side]!]!}
          name={encoderName(encoders[current.pair[side]!]!, encoders)}
          query={shown}
          found={found}
          hits={hits[side]!}
          isBetter={hits[side]! > hits[1 - side]!}
        />
      ))}
    </div>
  );
}

interface SideProps {
  readonly current: ComparisonState;
  readonly encoder: EncoderEvaluation;
  readonly name: string;
  readonly query: DisagreedQuery;
  readonly found: readonly FoundImage[];
  readonly hits: number;
  readonly isBetter: boolean;
}

/** What one of the encoders finds. */
function Side({ current, encoder, name, query: asked, found, hits, isBetter }: SideProps): VNode {
  const shared = found.filter((image) => image.shared).length;
  return (
    <div class="side" data-encoder={encoder.id} data-better={isBetter}>
      <div class="side-title">
        <h3 title={encoder.id}>{name}</h3>
        <UseEncoder current={current} encoder={encoder} />
      </div>
      <p class="hint">{foundSentence(hits, found.length, shared)}</p>
      <ul class="found-images">
        {found.map((image) => (
          <li key={image.path}>
            <Found image={image} asked={asked} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Found({ image, asked }: { readonly image: FoundImage; readonly asked: DisagreedQuery }): VNode {
  const { path, label, similarity, shared } = image;
  const isSame = label === asked.label;
  const words = `${path}, ${label}${isSame ? '' : ', another class'}${shared ? ', found by both' : ''}`;
  const point = (): void => {
    pointed.value = path;
  };
  const leave = (): void => {
    pointed.value = undefined;
  };
  return (
    <button
      type="button"
      class="found"
      data-class={isSame ? 'same' : 'other'}
      data-shared={shared}
      data-pointed={shared && pointed.value === path}
      aria-label={words}
      title={`${words}. A click opens it beside the query.`}
      onClick={() => {
        open([asked.path, path]);
      }}
      onPointerEnter={point}
      onPointerLeave={leave}
      onFocus={point}
      onBlur={leave}
    >
      <Thumbnail path={path} />
      <span class={`mark ${isSame ? 'same' : 'other'}`} aria-hidden="true">
        {isSame ? '✓' : '✕'}
      </span>
      {shared && (
        <span class="mark shared" aria-hidden="true">
          ⇄
        </span>
      )}
      <span class="caption">
        <span class="label">{label}</span>
        <span class="similarity">{similarity.toFixed(2)}</span>
      </span>
    </button>
  );
}
