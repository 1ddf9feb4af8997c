import type { VNode } from 'preact';
import { formatQuantity } from '../../src/core/progressText.ts';
import { mapColumns } from '../../src/protocol/embeddingMap.ts';
import { captionLines } from '../shared/captionText.ts';
import { coloured } from './data.ts';
import { useImage } from './hoverCard.tsx';
import { matchCount, matches } from './filter.ts';
import { state } from './host.ts';
import { current, isSelected, selection } from './selection.ts';
import { spokenImage, valueText } from './sentences.ts';

/** Tells whoever can't see the map which image keys have reached, and how many are selected or found. */
export function LiveRegion(): VNode {
  const row = current.value;
  const image = useImage(row);
  const column = coloured.value;
  const info = state.value?.columns.find(({ id }) => id === column?.id);
  const isOther = column && info && column.id !== mapColumns.class && column.id !== mapColumns.split;
  const value = isOther && row >= 0 ? valueText(column, info, row) : undefined;
  const selected = selection.value.length;
  const facts = [
    image?.label,
    image?.split,
    ...captionLines(image?.captions),
    value === undefined ? undefined : `${info!.name} ${value}`,
  ];
  const text = image
    ? spokenImage(image.path, facts, isSelected.value[row] === 1, selected)
    : matches.value
      ? `${formatQuantity(matchCount.value, 'image')} ${matchCount.value === 1 ? 'matches' : 'match'} the filter`
      : selected > 0
        ? `${formatQuantity(selected, 'image')} selected`
        : '';
  return (
    <div class="unseen" role="status" aria-live="polite">
      {text}
    </div>
  );
}
