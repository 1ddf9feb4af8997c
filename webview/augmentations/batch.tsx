import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { BatchFigures, BatchPictures, Measurement, PicturePair } from '../../src/protocol/augmentationsView.ts';
import { usePictureUrl, type PictureBytes } from '../shared/pictureUrl.ts';
import { HistogramChart } from '../shared/charts/histogramChart.tsx';
import { host, synchronize } from './host.ts';
import { MeasurementSection } from './measurement.tsx';
import { batchSentence, figure, negativesSentence, positivesSentence } from './sentences.ts';

const purpose =
  'A batch of training as this encoder sees it: two views of each of 128 images under what is set, how alike they are, how alike views of different images are, and the pairs that are hardest to get right.';

interface BatchProps {
  readonly measurement: Measurement<BatchFigures>;
  /** Changes with the pictures. */
  readonly pictures: number;
}

export function Batch({ measurement, pictures: version }: BatchProps): VNode {
  const [pictures, setPictures] = useState<BatchPictures>();
  useEffect(() => {
    let current = true;
    void host.call('augmentations/batchPictures', {}).then((answer) => {
      if (current) setPictures(answer);
    });
    return () => {
      current = false;
    };
  }, [version]);
  const { figures } = measurement;
  return (
    <MeasurementSection name="batch" title="Batch" purpose={purpose} measurement={measurement}>
      {figures && (
        <>
          <p class="sentence">{batchSentence(figures)}</p>
          <HistogramChart
            positives={figures.positives}
            negatives={figures.negatives}
            name={`Similarities of ${figures.images} positive pairs, ${figure(figures.meanPositive)} on average, and of negative pairs, ${figure(figures.meanNegative)} on average`}
          />
          <p class="hint legend">
            <span class="key positives" /> views of one image <span class="key negatives" /> views of two images · told
            apart in {figure(figures.separation)} of all comparisons (AUC)
          </p>
          <h3>Hardest positives</h3>
          <p class="sentence">{positivesSentence(figures)}</p>
          <ul class="pairs">
            {figures.hardestPositives.map(({ path, label, similarity }, index) => (
              <Pair
                key={path}
                pictures={pictures?.positives[index]}
                title={[figure(similarity), label].filter((part) => part !== undefined).join(' · ')}
                name={`Open ${path}, whose views have the similarity ${figure(similarity)}`}
                paths={[path]}
              />
            ))}
          </ul>
          <h3>Hardest negatives</h3>
          <p class="sentence">{negativesSentence(figures)}</p>
          <ul class="pairs">
            {figures.hardestNegatives.map((pair, index) => (
              <Negative key={pair.paths.join('\n')} pair={pair} pictures={pictures?.negatives[index]} />
            ))}
          </ul>
        </>
      )}
    </MeasurementSection>
  );
}

interface NegativeProps {
  readonly pair: BatchFigures['hardestNegatives'][number];
  readonly pictures: PicturePair | undefined;
}

function Negative({ pair, pictures }: NegativeProps): VNode {
  const { paths, labels, similarity, sameClass, decided } = pair;
  const [first, second] = labels.map((label) => label ?? 'no class');
  const classes = sameClass === undefined ? undefined : sameClass ? first : `${first!} ≠ ${second!}`;
  const marked = decided === 'same';
  const decide = async (): Promise<void> => {
    await host.call('augmentations/decide', { paths, action: marked ? undefined : 'same' });
    await synchronize();
  };
  return (
    <Pair
      pictures={pictures}
      title={[figure(similarity), classes].filter((part) => part !== undefined).join(' · ')}
      name={`Compare ${paths[0]} and ${paths[1]}, similarity ${figure(similarity)}`}
      paths={paths}
    >
      <button
        type="button"
        class="chip"
        aria-pressed={marked}
        aria-label={`${paths[0]} and ${paths[1]} belong together`}
        title={
          marked
            ? 'Take it back; the line leaves decisions.jsonl'
            : 'Training then pulls them together instead of pushing them apart'
        }
        onClick={() => void decide()}
      >
        Belong together
      </button>
    </Pair>
  );
}

interface PairProps {
  readonly pictures: PicturePair | undefined;
  readonly title: string;
  /** What a click on the pictures does. */
  readonly name: string;
  readonly paths: readonly string[];
  readonly children?: VNode;
}

function Pair({ pictures, title, name, paths, children }: PairProps): VNode {
  return (
    <li class="pair-card">
      <button
        type="button"
        class="card"
        title={name}
        aria-label={name}
        onClick={() => void host.call('augmentations/open', { paths })}
      >
        <span class="two">
          <Picture picture={pictures?.[0]} />
          <Picture picture={pictures?.[1]} />
        </span>
        <span class="caption">{title}</span>
      </button>
      {children}
    </li>
  );
}

function Picture({ picture }: { readonly picture: PictureBytes | undefined }): VNode {
  const url = usePictureUrl(picture);
  return <span class="picture">{url !== undefined && <img src={url} alt="" draggable={false} />}</span>;
}
