import { hostname } from 'node:os';
import { isProcessAlive } from './processes.ts';
import type { Database } from './sqlite.ts';

interface LeaseRow {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly expires_at: number;
}

/** Named leases in the database: who may do something that must not be done twice at once. */
export class Leases {
  readonly #database: Database;
  readonly #find;
  readonly #take;
  readonly #drop;

  constructor(database: Database) {
    this.#database = database;
    this.#find = database.prepare<LeaseRow>('SELECT owner, pid, host, expires_at FROM leases WHERE name = ?');
    this.#take = database.prepare(
      `INSERT INTO leases (name, owner, pid, host, expires_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET
         owner = excluded.owner, pid = excluded.pid, host = excluded.host, expires_at = excluded.expires_at`,
    );
    this.#drop = database.prepare('DELETE FROM leases WHERE name = ? AND owner = ?');
  }

  /** See {@link import('./indexStore.ts').IndexStore.acquireLease}. */
  acquire(name: string, owner: string, ttlMs: number): { readonly pid: number; readonly host: string } | undefined {
    return this.#database.transaction(() => {
      const holder = this.#find.get(name);
      if (holder !== undefined && holder.owner !== owner && isValid(holder))
        return { pid: holder.pid, host: holder.host };
      this.#take.run(name, owner, process.pid, hostname(), Date.now() + ttlMs);
      return undefined;
    });
  }

  release(name: string, owner: string): void {
    this.#drop.run(name, owner);
  }
}

function isValid(lease: LeaseRow): boolean {
  return lease.expires_at > Date.now() && (lease.host !== hostname() || isProcessAlive(lease.pid));
}
