import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { formatCount } from '../../src/core/progressText.ts';
import type { ClassFigures } from '../../src/protocol/matrix.ts';
import { zoomToClasses } from './looking.ts';
import { figure } from './sentences.ts';
import { columns, nextOrder, sortedTable, type Column, type TableOrder } from './tableOrder.ts';

const titles: Readonly<Record<Column, { readonly title: string; readonly meaning: string }>> = {
  name: { title: 'Class', meaning: 'The class' },
  images: { title: 'Images', meaning: 'Images of the class that are compared' },
  within: { title: 'Within', meaning: 'Mean similarity of its images to each other' },
  nearestMean: { title: 'Nearest other class', meaning: 'Highest mean similarity to the images of another class' },
  separation: {
    title: 'AUC',
    meaning: 'Share of comparisons in which two of its images are more alike than one of them and one of another class',
  },
};

/** How well each class holds together and stays apart; a click shows its block of the matrix. */
export function ClassTable({ table }: { readonly table: readonly ClassFigures[] }): VNode {
  const [order, setOrder] = useState<TableOrder>({ column: 'separation', direction: 'ascending' });
  return (
    <section aria-labelledby="classes-title">
      <h2 id="classes-title">Classes</h2>
      <div class="table">
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" aria-sort={order.column === column ? order.direction : 'none'}>
                  <button
                    type="button"
                    title={titles[column].meaning}
                    onClick={() => {
                      setOrder(nextOrder(order, column));
                    }}
                  >
                    {titles[column].title}
                    <span aria-hidden="true">
                      {order.column === column ? (order.direction === 'ascending' ? ' ↑' : ' ↓') : ''}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sortedTable(table, order).map((row) => (
              <ClassRow key={row.name} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ClassRow({ row }: { readonly row: ClassFigures }): VNode {
  const { name, word, images, within, nearest, nearestMean, separation } = row;
  return (
    <tr>
      <th scope="row">
        <button
          type="button"
          class="link"
          title={`Show ${name} in the matrix${word === undefined ? '' : `\nNearest word: ${word}`}`}
          onClick={() => void zoomToClasses(name, name)}
        >
          {name}
        </button>
      </th>
      <td>{formatCount(images)}</td>
      <td>{figure(within)}</td>
      <td>
        {nearest === undefined ? (
          '–'
        ) : (
          <button
            type="button"
            class="link"
            title={`Show ${name} against ${nearest} in the matrix`}
            onClick={() => void zoomToClasses(name, nearest)}
          >
            {nearest} {figure(nearestMean)}
          </button>
        )}
      </td>
      <td>{Number.isNaN(separation) ? '–' : separation.toFixed(2)}</td>
    </tr>
  );
}
