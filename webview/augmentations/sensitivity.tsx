import type { VNode } from 'preact';
import type { AugmentationRecipe } from '../../src/core/augmentation/recipe.ts';
import { probeShare } from '../../src/core/augmentation/sensitivity.ts';
import type { SensitivityReport } from '../../src/protocol/augmentations.ts';
import type { Measurement } from '../../src/protocol/augmentationsView.ts';
import { CurveChart } from './curveChart.tsx';
import { MeasurementSection } from './measurement.tsx';
import { probeTexts } from './names.ts';
import { lowEnd } from '../shared/charts/scale.ts';
import { crossing, curveAt, curveSentence, sensitivitySentence } from './sentences.ts';

const purpose =
  'Each augmentation by itself, from nothing to its greatest strength, on 48 images of the data set: how far it moves views from their original, and how often their nearest neighbour becomes one of another class.';

interface SensitivityProps {
  readonly measurement: Measurement<SensitivityReport>;
  readonly recipe: AugmentationRecipe;
}

export function Sensitivity({ measurement, recipe }: SensitivityProps): VNode {
  const { figures } = measurement;
  return (
    <MeasurementSection name="sensitivity" title="Sensitivity" purpose={purpose} measurement={measurement}>
      {figures && <Curves report={figures} recipe={recipe} />}
    </MeasurementSection>
  );
}

function Curves({
  report,
  recipe,
}: {
  readonly report: SensitivityReport;
  readonly recipe: AugmentationRecipe;
}): VNode {
  const { curves, nearest, shares, labelled } = report;
  const low = lowEnd([nearest, ...curves.flatMap(({ similarities }) => [...similarities])]);
  return (
    <>
      <p class="sentence">{sensitivitySentence(report, recipe)}</p>
      <p class="hint">
        From left to right the strength, from nothing to the greatest. Line: mean similarity to the original. Dashes:
        the nearest other image. Dot: as set now.
        {labelled && ' Columns: how many images get a neighbour of another class, from none to all.'}
      </p>
      <ul class="curves">
        {curves.map((curve) => {
          const share = probeShare(curve.name, recipe);
          const at = crossing(shares, curve, nearest);
          return (
            <li key={curve.name}>
              <h3>{probeTexts[curve.name].title}</h3>
              <CurveChart
                shares={shares}
                similarities={curve.similarities}
                flips={labelled ? curve.flips : undefined}
                line={nearest}
                low={low}
                set={{ share, similarity: curveAt(shares, curve.similarities, share) }}
                beyond={at !== undefined && share > at}
              />
              <p class="hint">{curveSentence(report, curve, recipe)}</p>
            </li>
          );
        })}
      </ul>
    </>
  );
}
