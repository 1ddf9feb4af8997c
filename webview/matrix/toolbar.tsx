import type { VNode } from 'preact';
import { formatCount, formatQuantity } from '../../src/core/progressText.ts';
import { matrixOrders, MOST_CELLS } from '../../src/protocol/matrix.ts';
import { matrixShows, type MatrixState } from '../../src/protocol/matrixView.ts';
import { Select } from '../shared/select.tsx';
import { ShortcutSheet } from '../shared/shortcutSheet.tsx';
import { ActionButton, ActionChip } from './emptyStates.tsx';
import { change } from './host.ts';
import { shortcuts } from './keys.ts';
import { orderTitles } from './sentences.ts';

/** What is compared, and what can be done with it. */
export function Toolbar({ current }: { readonly current: MatrixState }): VNode {
  const { subject, figures, canGoBack, selection } = current;
  const of = subject?.isWhole === true ? [] : [subject?.of];
  const counts = figures ? [formatQuantity(figures.images, 'image'), `encoder ${figures.encoder.id}`] : [];
  const acted = selection > 0 ? `${formatCount(selection)} Selected` : 'These Images';
  const meaning = selection > 0 ? 'the images that are selected' : 'all images that are shown';
  return (
    <header class="toolbar">
      <div class="title">
        <h1 title={subject?.name}>{subject?.name}</h1>
        <p>{[...of, ...counts].join(' · ')}</p>
      </div>
      <div class="actions">
        {canGoBack && <ActionChip action="back" label="← Back" title="To what was compared before" />}
        {subject?.isWhole === false && (
          <ActionChip action="whole" label="Whole Data Set" title="Compare all images of the data set" />
        )}
        <ActionChip action="classes" label="Choose Classes…" title="Compare the images of some classes" />
        {selection > 0 && (
          <ActionChip action="selection" label="Use Selection" title="Compare the selected images alone" />
        )}
        <ShortcutSheet title="Keys of the Similarity Matrix" shortcuts={shortcuts} />
        {figures && (
          <>
            <ActionButton action="map" label={`Show ${acted} in Map`} title={`Show ${meaning} in the map`} secondary />
            <ActionButton
              action="pretrain"
              label={`Pretrain on ${acted}…`}
              title={`Pretrain an encoder on ${meaning}; you see first what it costs`}
              secondary
            />
            <ActionButton
              action="fineTune"
              label={`Fine-tune on ${acted}…`}
              title={`Fine-tune an encoder on ${meaning}; you see first what it costs`}
            />
          </>
        )}
      </div>
    </header>
  );
}

const OWN = '';

/** How the matrix is drawn. */
export function Controls({ current }: { readonly current: MatrixState }): VNode | null {
  const { figures, order, show, encoder } = current;
  if (!figures) return null;
  const groups = order === 'cluster' ? 'Cluster means' : figures.classes.length > 1 ? 'Class means' : 'Cluster means';
  const cells = figures.images > MOST_CELLS ? 'Blocks of images' : 'Images';
  const encoders = figures.encoders.length > 1 || encoder !== undefined;
  return (
    <div class="controls">
      <Select
        label="Order by"
        value={order}
        options={matrixOrders.map((value) => ({ value, label: orderTitles[value] }))}
        onChoose={(value) => {
          const chosen = matrixOrders.find((known) => known === value);
          if (chosen) void change({ order: chosen, show });
        }}
      />
      <Select
        // The control goes on showing the name that the chosen option had before.
        key={`${cells} ${groups}`}
        label="Show"
        value={show}
        options={[
          { value: 'cells', label: cells },
          ...(figures.grouped.includes(order) ? [{ value: 'groups', label: groups }] : []),
          { value: 'captions', label: 'Images × captions' },
        ]}
        onChoose={(value) => {
          void change({ order, show: matrixShows.find((known) => known === value) ?? 'cells' });
        }}
      />
      {encoders && (
        <Select
          label="Encoder"
          value={encoder ?? OWN}
          options={[
            { value: OWN, label: "The data set's own" },
            ...figures.encoders.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChoose={(value) => {
            void change({ encoder: value === OWN ? undefined : value });
          }}
        />
      )}
    </div>
  );
}
