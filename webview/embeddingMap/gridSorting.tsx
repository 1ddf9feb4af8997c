import type { VNode } from 'preact';
import { change, state } from './host.ts';
import { IconButton } from './iconButton.tsx';

/** By which column the pictures are sorted. */
export function GridSorting(): VNode | null {
  const shown = state.value;
  if (!shown) return null;
  const { sortBy, columns } = shown;
  return (
    <div class="sorting">
      <select
        aria-label="Sort by"
        title="Sort by"
        value={sortBy?.column ?? ''}
        onChange={({ currentTarget }) => {
          const column = currentTarget.value;
          void change({ sortBy: column === '' ? undefined : { column, descending: sortBy?.descending ?? false } });
        }}
      >
        <option value="">Unsorted</option>
        {columns.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <IconButton
        icon={sortBy?.descending === true ? 'down' : 'up'}
        name={sortBy?.descending === true ? 'Descending; sort ascending' : 'Ascending; sort descending'}
        disabled={!sortBy}
        onClick={() => {
          if (sortBy) void change({ sortBy: { ...sortBy, descending: !sortBy.descending } });
        }}
      />
    </div>
  );
}
