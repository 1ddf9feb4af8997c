import type { TableColumn } from '../../core/tables/columnTable.ts';
import type { Database } from './sqlite.ts';

/** Columns that people have imported, by path: what a table says holds for the image that it names. */
export class ColumnTable {
  readonly #put;
  readonly #remove;
  readonly #all;

  constructor(database: Database) {
    this.#put = database.prepare('INSERT OR REPLACE INTO columns (name, path, value) VALUES (?, ?, ?)');
    this.#remove = database.prepare('DELETE FROM columns WHERE name = ?');
    this.#all = database.prepareTuples<readonly [name: string, path: string, value: string]>(
      'SELECT name, path, value FROM columns ORDER BY name, path',
    );
  }

  /** In place of one of the same name. */
  put({ name, values }: TableColumn): void {
    this.#remove.run(name);
    for (const [path, value] of values) this.#put.run(name, path, value);
  }

  remove(name: string): boolean {
    return this.#remove.run(name) > 0;
  }

  read(): TableColumn[] {
    const columns = new Map<string, Map<string, string>>();
    for (const [name, path, value] of this.#all.all()) {
      const values = columns.get(name) ?? new Map<string, string>();
      columns.set(name, values.set(path, value));
    }
    return [...columns].map(([name, values]) => ({ name, values }));
  }
}
