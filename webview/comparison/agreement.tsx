import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { EncoderPair } from '../../src/core/evaluation/neighborhoods.ts';
import {
  neighborCounts,
  type ComparisonFigures,
  type ComparisonState,
  type PairAgreement,
} from '../../src/protocol/comparisonView.ts';
import { encoderName } from '../../src/protocol/evaluationText.ts';
import { Select } from '../shared/select.tsx';
import { change } from './host.ts';
import { agreementMeaning, agreementSentence, percent, queriesText } from './sentences.ts';

interface AgreementProps {
  readonly current: ComparisonState;
  readonly figures: ComparisonFigures;
}

/** The order of the pair doesn't matter for what is the same of both. */
function agreementOf({ agreements }: ComparisonFigures, [a, b]: EncoderPair): PairAgreement | undefined {
  return agreements.find(({ pair: [first, second] }) => (first === a && second === b) || (first === b && second === a));
}

/** How much the neighbourhoods of every two encoders have in common. */
export function Agreement({ current, figures }: AgreementProps): VNode {
  const chosen = agreementOf(figures, current.pair);
  return (
    <section aria-labelledby="agreement-title" class="agreement">
      <div class="section-title">
        <h2 id="agreement-title">How far they agree on what is alike</h2>
        <Select
          label="Neighbours"
          value={String(current.neighbors)}
          options={neighborCounts.map((count) => ({ value: String(count), label: `${count} nearest` }))}
          onChoose={(value) => {
            const neighbors = neighborCounts.find((count) => String(count) === value);
            if (neighbors !== undefined) void change({ neighbors });
          }}
        />
      </div>
      <div class="agreement-columns">
        <Heat current={current} figures={figures} />
        {chosen && <Pair current={current} figures={figures} agreement={chosen} />}
      </div>
    </section>
  );
}

/** A cell for each two encoders; the one that is pressed is looked at. */
function Heat({ current: { pair }, figures }: AgreementProps): VNode {
  const { encoders } = figures;
  const names = encoders.map((encoder) => encoderName(encoder, encoders));
  return (
    <div class="table-scroll" role="group" aria-label="Shared neighbours of every two encoders">
      <table class="heat">
        <tbody>
          {encoders.map((encoder, row) => (
            <tr key={encoder.id}>
              <th scope="row" title={encoder.id}>
                {names[row]}
              </th>
              {encoders.map((other, column) => {
                if (column === row) return <td key={other.id} class="diagonal" />;
                const overlap = agreementOf(figures, [row, column])?.overlap ?? Number.NaN;
                const isChosen = pair[0] === row && pair[1] === column;
                return (
                  <td key={other.id}>
                    <button
                      type="button"
                      aria-pressed={isChosen}
                      aria-label={`${names[row]!} and ${names[column]!}: ${percent(overlap)} shared`}
                      title={`${names[row]!} and ${names[column]!}`}
                      style={{ '--share': `${Math.round(100 * (overlap || 0))}%` }}
                      onClick={() => void change({ pair: [row, column] })}
                    >
                      {Number.isNaN(overlap) ? '–' : Math.round(100 * overlap)}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th />
            {names.map((name, i) => (
              <th key={encoders[i]!.id} scope="col" title={encoders[i]!.id}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

const FEW_CLASSES = 10;

interface PairProps extends AgreementProps {
  readonly agreement: PairAgreement;
}

/** Two encoders, in words and by class. */
function Pair({ current: { pair }, figures, agreement }: PairProps): VNode {
  const [isWhole, setWhole] = useState(false);
  const { encoders, protocol, chance } = figures;
  const [first, second] = pair.map((position) => encoderName(encoders[position]!, encoders));
  const classes = agreement.classes
    .map((mean, label) => ({ ...mean, name: protocol.classes[label]!.name }))
    .filter(({ queries }) => queries > 0)
    .sort((a, b) => a.overlap - b.overlap);
  const shown = isWhole ? classes : classes.slice(0, FEW_CLASSES);
  return (
    <div class="pair">
      <h3>
        {first} <span class="and">and</span> {second}
      </h3>
      <p class="sentence">{agreementSentence(agreement, figures)}</p>
      <p class="sentence">{agreementMeaning(agreement, chance)}</p>
      <table class="class-bars">
        <caption class="hint">Shared neighbours by the class of the query, least first</caption>
        <tbody>
          {shown.map(({ name, overlap, overlapError, queries }) => (
            <tr
              key={name}
              title={`${queriesText(queries)}${Number.isNaN(overlapError) ? '' : `, ± ${(100 * overlapError).toFixed(1)}`}`}
            >
              <th scope="row">{name}</th>
              <td class="wide">
                <span class="bar" aria-hidden="true">
                  <i style={{ width: `${100 * overlap}%` }} />
                  <b style={{ left: `${100 * chance}%` }} title="By chance" />
                </span>
              </td>
              <td class="number">{percent(overlap)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {classes.length > FEW_CLASSES && (
        <button
          type="button"
          class="chip"
          aria-pressed={isWhole}
          onClick={() => {
            setWhole(!isWhole);
          }}
        >
          {isWhole ? 'Fewer classes' : `All ${classes.length} classes`}
        </button>
      )}
    </div>
  );
}
