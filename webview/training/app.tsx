import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { TrainingPanelState } from '../../src/protocol/trainingView.ts';
import { seriesStyle } from '../shared/charts/theme.ts';
import { Curves } from './curves.tsx';
import { runLabels, type DrawnRun } from './curveLines.ts';
import { NothingShown, NoRuns, Restricted } from './emptyStates.tsx';
import { PairHistogramsSection } from './histograms.tsx';
import { curves, state } from './host.ts';
import { MapsSection } from './maps.tsx';
import { AlignmentPath } from './path.tsx';
import { RunCard } from './runCard.tsx';
import { RunTable } from './runTable.tsx';
import { Toolbar } from './toolbar.tsx';

export function App(): VNode | null {
  const current = state.value;
  if (!current) return null;
  if (!current.trusted) return <Restricted />;
  const { runs, loaded, training } = current;
  return (
    <main aria-busy={!loaded}>
      <div class="progress">
        {!loaded && <vscode-progress-bar indeterminate aria-label="Reading the runs" />}
        {training && <TrainingBar training={training} />}
      </div>
      <Toolbar current={current} />
      {loaded && runs.length === 0 && !training && <NoRuns />}
      {(runs.length > 0 || training) && <Runs current={current} />}
    </main>
  );
}

function TrainingBar({
  training: { progress, name },
}: {
  readonly training: NonNullable<TrainingPanelState['training']>;
}): VNode {
  return progress?.total === undefined ? (
    <vscode-progress-bar indeterminate aria-label={`Training ${name}`} />
  ) : (
    <vscode-progress-bar value={progress.done} max={progress.total} aria-label={`Training ${name}`} />
  );
}

function Runs({ current }: { readonly current: TrainingPanelState }): VNode {
  const { runs, training, choices, maps } = current;
  const labels = useMemo(() => runLabels(runs), [runs.map(({ key, run }) => key + run.name).join()]);
  const shown = runs.filter((run) => run.shown);
  const read = curves.value;
  const drawn = useMemo(
    () =>
      shown.flatMap((panelRun): DrawnRun[] => {
        const own = read.get(panelRun.key);
        return own
          ? [{ panelRun, curves: own, label: labels.get(panelRun.key)!, ...seriesStyle(panelRun.colour) }]
          : [];
      }),
    // What a chart shows of a run besides its curves stays as it is.
    [read, labels, shown.map(({ key, colour, run }) => `${key}${colour}${run.state}`).join()],
  );
  const hasCurves = drawn.some((run) => Object.keys(run.curves.series).length > 0);
  const path = <AlignmentPath runs={drawn} smoothing={choices.smoothing} />;
  return (
    <>
      <RunTable current={current} labels={labels} />
      {shown.length > 0 && (
        <ul class="run-cards" aria-label="Runs that are shown">
          {shown.map((run) => (
            <RunCard
              key={run.key}
              run={run}
              label={labels.get(run.key)!}
              training={training}
              curves={read.get(run.key)}
            />
          ))}
        </ul>
      )}
      {!hasCurves && <NothingShown shown={shown} training={training} />}
      {hasCurves && (
        <>
          <section aria-labelledby="curves-title">
            <div class="section-title">
              <h2 id="curves-title">Curves</h2>
            </div>
            <Curves runs={drawn} choices={choices} extra={path} />
          </section>
          <PairHistogramsSection runs={drawn} />
        </>
      )}
      <MapsSection state={maps} runs={shown} labels={labels} />
    </>
  );
}
