import type { VNode } from 'preact';
import { formatCount } from '../../src/core/progressText.ts';
import type { MatrixFigures } from '../../src/protocol/matrixView.ts';
import { HistogramChart } from '../shared/charts/histogramChart.tsx';
import { figure, noOverlapSentence, overlapSentence } from './sentences.ts';

/** How far similarities within the classes and between them overlap. */
export function Overlap({ figures }: { readonly figures: MatrixFigures }): VNode {
  const { overlap } = figures;
  return (
    <section aria-labelledby="overlap-title">
      <h2 id="overlap-title">Within and between classes</h2>
      <p class="sentence">{overlap ? overlapSentence(overlap) : noOverlapSentence(figures)}</p>
      {overlap && (
        <>
          <HistogramChart
            positives={overlap.within}
            negatives={overlap.between}
            name={`Similarities within classes, ${figure(overlap.meanWithin)} on average, and between classes, ${figure(overlap.meanBetween)} on average`}
          />
          <p class="hint key-line">
            <span class="key positives" /> {formatCount(overlap.pairsWithin)} pairs within a class{' '}
            <span class="key negatives" /> {formatCount(overlap.pairsBetween)} pairs of two classes
          </p>
        </>
      )}
    </section>
  );
}
