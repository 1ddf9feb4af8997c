import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { categoryColours, hexColour, NO_CATEGORY } from '../../src/core/drawing/categoryColours.ts';
import { formatCount } from '../../src/core/progressText.ts';
import type { RunMap, RunMapsReport } from '../../src/protocol/training.ts';
import type { PanelMaps, PanelRun } from '../../src/protocol/trainingView.ts';
import { themeVersion } from '../shared/charts/theme.ts';
import { Working } from '../shared/working.tsx';
import { actOn, maps } from './host.ts';
import { drawMap, extentOf } from './mapCanvas.ts';
import { mapsSentence } from './sentences.ts';

/** Classes that a legend names. */
const MOST_NAMED = 14;

interface MapsProps {
  readonly state: PanelMaps;
  /** Runs that are shown. */
  readonly runs: readonly PanelRun[];
  readonly labels: ReadonlyMap<string, string>;
}

/** The dataset as it was seen before a run and after it, drawn when a person asks for it. */
export function MapsSection({ state, runs, labels }: MapsProps): VNode | null {
  const candidates = runs.filter(({ run }) => run.encoder !== undefined);
  const current = runs.find(({ key }) => key === state.key);
  if (candidates.length === 0) return null;
  const { progress, failure } = state;
  const report = current && maps.value?.report;
  return (
    <section aria-labelledby="maps-title">
      <div class="section-title">
        <h2 id="maps-title">The map before and after</h2>
        {progress && current ? (
          <vscode-button
            secondary
            onClick={() => {
              actOn(current.key, 'cancelMaps');
            }}
          >
            Cancel
          </vscode-button>
        ) : (
          <div class="actions">
            {candidates.map(({ key }) => (
              <vscode-button
                key={key}
                secondary={report !== undefined || candidates.length > 1}
                onClick={() => {
                  actOn(key, 'maps');
                }}
              >
                {candidates.length === 1 ? (report ? 'Draw Again' : 'Draw') : `Draw for ${labels.get(key) ?? ''}`}
              </vscode-button>
            ))}
          </div>
        )}
      </div>
      {!report && !progress && !failure && (
        <p class="hint">
          Lays out the images of the data set twice, as seen by the encoder that the run started from and by the one
          that it made. Classes that lie in each other before should lie apart afterwards.
        </p>
      )}
      {progress && <Working progress={progress} />}
      {failure && (
        <p class="problem" role="alert">
          {failure.message}
        </p>
      )}
      {report && <Maps report={report} label={labels.get(state.key ?? '') ?? ''} />}
    </section>
  );
}

function Maps({ report, label }: { readonly report: RunMapsReport; readonly label: string }): VNode {
  const { before, after, classes, classOf, of, notices } = report;
  const [chosen, setChosen] = useState<number>();
  const colours = categoryColours(classes.length).map(hexColour);
  // One scale for both: coming apart is what is to be seen.
  const extents = [extentOf(before), extentOf(after)];
  const radius = Math.max(...extents.map((extent) => extent.radius));
  const map = (shown: RunMap, i: number, title: string): VNode => (
    <figure>
      <MapPicture
        map={shown}
        {...{ classOf, colours, chosen, radius }}
        middle={extents[i]!.middle}
        name={`${title}, ${classOf.length} images by ${shown.encoder.name}`}
      />
      <figcaption>
        <strong>{title}</strong> <span class="label">{shown.encoder.name}</span>
      </figcaption>
    </figure>
  );
  return (
    <>
      <p class="sentence">
        {label}: {mapsSentence(report)}
      </p>
      <div class="maps">
        {map(before, 0, 'Before')}
        {map(after, 1, 'After')}
      </div>
      <div class="chips" role="group" aria-label="Class that stands out">
        {classes.slice(0, MOST_NAMED).map((name, i) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={chosen === i}
            onClick={() => {
              setChosen(chosen === i ? undefined : i);
            }}
          >
            <i class="dot" style={{ '--run': colours[i]! }} />
            {name}
          </button>
        ))}
        {classes.length > MOST_NAMED && <span class="hint">and {formatCount(classes.length - MOST_NAMED)} more</span>}
      </div>
      {before.encoder.id.startsWith('untrained-') && (
        <p class="hint">
          The untrained network is given the brightness and contrast of the data set’s images here, so that it can do
          better than the figure that the run itself has measured with its very first weights.
        </p>
      )}
      {classOf.length < of && (
        <p class="hint">
          Shows {formatCount(classOf.length)} of {formatCount(of)} images.
        </p>
      )}
      {notices.map(({ message }) => (
        <p class="hint" key={message}>
          {message}
        </p>
      ))}
    </>
  );
}

interface MapPictureProps {
  readonly map: RunMap;
  readonly classOf: Int32Array;
  readonly colours: readonly string[];
  readonly chosen: number | undefined;
  readonly middle: readonly [number, number];
  readonly radius: number;
  readonly name: string;
}

function MapPicture({ map, classOf, colours, chosen, middle, radius, name }: MapPictureProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = themeVersion.value;
  useEffect(() => {
    const element = canvas.current!;
    const draw = (): void => {
      const grey = hexColour(NO_CATEGORY);
      drawMap(element, { ...map, classOf }, { middle, radius }, { size: element.clientWidth, colours, grey, chosen });
    };
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [map, chosen, radius, theme]);
  return <canvas class="map" ref={canvas} role="img" aria-label={name} />;
}
