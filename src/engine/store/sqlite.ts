/**
 * The one place that talks to SQLite. Statements are typed by the caller, prepared once, and every failure leaves as a
 * LikenessError.
 */
import { isBuiltin } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import {
  diskFull,
  ErrorCode,
  indexBusy,
  indexCorrupt,
  indexInaccessible,
  LikenessError,
  messageOf,
  nodeTooOld,
  readOnly,
} from '../../core/errors.ts';

/** Waiting for another process's transaction; theirs take milliseconds, a minute-long wait means something hangs. */
const BUSY_TIMEOUT_MS = 15_000;
/** Between two looks whether a lock is free. */
const RETRY_MS = 10;

export type SqlValue = string | number | Uint8Array | null;

/** SQLite's primary result codes that mean something to a user. */
const Result = {
  Error: 1,
  Permission: 3,
  Busy: 5,
  Locked: 6,
  ReadOnly: 8,
  InputOutput: 10,
  Corrupt: 11,
  Full: 13,
  CannotOpen: 14,
  Schema: 17,
  NotADatabase: 26,
} as const;

/** The module is still marked experimental in Node 22 and says so on stderr when it is loaded. */
function loadSqlite() {
  const emitWarning = Reflect.get(process, 'emitWarning');
  process.emitWarning = (...parameters: readonly unknown[]) => {
    const isNoise = String(parameters[0]).includes('SQLite is an experimental feature');
    if (!isNoise) Reflect.apply(emitWarning, process, parameters);
  };
  try {
    // Node.js 20 has no such module, and its earlier releases no such function.
    const isThere = 'getBuiltinModule' in process && isBuiltin('node:sqlite');
    return isThere ? process.getBuiltinModule('node:sqlite') : undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

const sqlite = loadSqlite();

/** A prepared statement whose rows have the columns of `Row`; the SQL text is what keeps that promise. */
export class Statement<Row> {
  readonly #statement: StatementSync;
  readonly #fail: (error: unknown) => never;
  readonly #convert: ((row: object) => unknown) | undefined;

  /** @param convert turns what SQLite gives for a row into a `Row`, where they differ. */
  constructor(statement: StatementSync, fail: (error: unknown) => never, convert?: (row: object) => unknown) {
    this.#statement = statement;
    this.#fail = fail;
    this.#convert = convert;
  }

  get(...parameters: SqlValue[]): Row | undefined {
    try {
      const row = this.#statement.get(...(parameters as SQLInputValue[]));
      return row && this.#rowOf(row);
    } catch (error) {
      this.#fail(error);
    }
  }

  all(...parameters: SqlValue[]): Row[] {
    try {
      const rows = this.#statement.all(...(parameters as SQLInputValue[]));
      return this.#convert === undefined ? (rows as Row[]) : rows.map((row) => this.#rowOf(row));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Rows one at a time, so that a big result isn't held twice. */
  *iterate(...parameters: SqlValue[]): Generator<Row, void, undefined> {
    let rows: Iterator<Record<string, SQLOutputValue>>;
    try {
      rows = this.#statement.iterate(...(parameters as SQLInputValue[]));
    } catch (error) {
      this.#fail(error);
    }
    for (;;) {
      let next: IteratorResult<Record<string, SQLOutputValue>, unknown>;
      try {
        next = rows.next();
      } catch (error) {
        this.#fail(error);
      }
      if (next.done === true) return;
      yield this.#rowOf(next.value);
    }
  }

  /** Returns the number of rows changed. */
  run(...parameters: SqlValue[]): number {
    try {
      return Number(this.#statement.run(...(parameters as SQLInputValue[])).changes);
    } catch (error) {
      this.#fail(error);
    }
  }

  #rowOf(row: object): Row {
    return (this.#convert === undefined ? row : this.#convert(row)) as Row;
  }
}

export interface DatabaseOptions {
  readonly journal?: 'wal' | 'delete';
  /** How long another process's transaction is waited for, which stops the event loop; 15 s if left out. */
  readonly busyTimeoutMs?: number;
  /** Called before an index-corrupt error is thrown. */
  readonly onCorruption?: () => void;
}

/** A connection to one database file. */
export class Database {
  /** Absolute. */
  readonly location: string;
  readonly #database: DatabaseSync;
  readonly #onCorruption: (() => void) | undefined;

  /**
   * Opens or creates the file. WAL with synchronous=NORMAL: a killed process loses nothing that was committed; a power
   * cut may lose the last transactions, never the consistency.
   */
  constructor(
    location: string,
    { journal = 'wal', busyTimeoutMs = BUSY_TIMEOUT_MS, onCorruption }: DatabaseOptions = {},
  ) {
    this.location = location;
    this.#onCorruption = onCorruption;
    if (sqlite === undefined) throw nodeTooOld(process.versions.node);
    try {
      this.#database = new sqlite.DatabaseSync(location);
    } catch (error) {
      this.#fail(error);
    }
    try {
      this.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
      // Several vectors and thumbnails share a page of this size; it only has an effect on a new file.
      this.exec('PRAGMA page_size = 16384');
      this.exec(`PRAGMA journal_mode = ${journal}`);
      this.exec('PRAGMA synchronous = NORMAL');
      this.exec('PRAGMA foreign_keys = ON');
      this.exec('PRAGMA cache_size = -32768');
      this.exec('PRAGMA journal_size_limit = 67108864');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  exec(sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      this.#fail(error);
    }
  }

  prepare<Row>(sql: string): Statement<Row> {
    try {
      return new Statement<Row>(this.#database.prepare(sql), (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * A statement whose rows are arrays, in the order of the columns: several times cheaper than objects where there are
   * a hundred thousand of them.
   */
  prepareTuples<Row extends readonly SqlValue[]>(sql: string): Statement<Row> {
    try {
      const statement = this.#database.prepare(sql);
      // Node before 22.16 has objects only.
      const hasArrays = 'setReturnArrays' in statement;
      if (hasArrays) statement.setReturnArrays(true);
      return new Statement<Row>(statement, (error) => this.#fail(error), hasArrays ? undefined : Object.values);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The number that a pragma answers. */
  pragma(name: string): number {
    const row = this.prepare<Record<string, number>>(`PRAGMA ${name}`).get();
    return row?.[name] ?? 0;
  }

  /** All of `work` reaches the disk or nothing does. Immediate: a lock is waited for at the start or not at all. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    return this.#finish(work);
  }

  /** Keeps everybody else out, readers too, while `work` runs. */
  exclusively<T>(work: () => T): T {
    this.exec('BEGIN EXCLUSIVE');
    return this.#finish(work);
  }

  /** Everything that `work` reads is of one moment, whatever others write meanwhile. */
  snapshot<T>(work: () => T): T {
    this.exec('BEGIN DEFERRED');
    return this.#finish(work);
  }

  /** Complains about a damaged file, reading all of it. */
  assertIntact(): void {
    const row = this.prepare<{ integrity_check: string }>('PRAGMA integrity_check(1)').get();
    if (row?.integrity_check === 'ok') return;
    this.#onCorruption?.();
    throw indexCorrupt(this.location, new Error(row?.integrity_check ?? 'unreadable'));
  }

  close(): void {
    try {
      this.#database.close();
    } catch {
      // Closed already, or damaged: there is nothing left to save.
    }
  }

  #finish<T>(work: () => T): T {
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.#database.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself after a full disk or an I/O error.
      }
      throw error;
    }
  }

  #fail(error: unknown): never {
    if (error instanceof LikenessError) throw error;
    switch (primaryCodeOf(error)) {
      case Result.Busy:
      case Result.Locked:
        throw indexBusy(this.location);
      case Result.Corrupt:
      case Result.NotADatabase:
        this.#onCorruption?.();
        throw indexCorrupt(this.location, error);
      case Result.Full:
        throw diskFull(this.location, error);
      case Result.ReadOnly:
      case Result.Permission:
        throw readOnly(this.location, error);
      case Result.InputOutput:
      case Result.CannotOpen:
        throw indexInaccessible(this.location, error);
      // A statement that doesn't fit the tables: the file has our name but was not made by our migrations.
      case Result.Error:
      case Result.Schema:
        if (/no such (table|column)|already exists/.test(messageOf(error))) {
          this.#onCorruption?.();
          throw indexCorrupt(this.location, error);
        }
        throw error;
      default:
        throw error;
    }
  }
}

/**
 * Runs `work` while no other process runs any under the same lock file. The lock is SQLite's on an empty database, so
 * the operating system releases it when a process dies.
 */
export function withLock<T>(lockFile: string, work: () => T): T {
  const lock = new Database(lockFile, { journal: 'delete' });
  try {
    return lock.exclusively(work);
  } finally {
    lock.close();
  }
}

/**
 * As `withLock`, for work that waits for other things: the event loop goes on meanwhile. Rejects with index-busy where somebody
 * holds the lock for longer than `patienceMs`, and with index-inaccessible or read-only where there can be none.
 */
export async function withLockHeld<T>(lockFile: string, patienceMs: number, work: () => Promise<T>): Promise<T> {
  const lock = await heldLock(lockFile, performance.now() + patienceMs);
  try {
    return await work();
  } finally {
    // Closing ends the transaction, which has written nothing.
    lock.close();
  }
}

async function heldLock(lockFile: string, until: number): Promise<Database> {
  for (;;) {
    let lock: Database | undefined;
    try {
      lock = new Database(lockFile, { journal: 'delete', busyTimeoutMs: 0 });
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      lock?.close();
      const isBusy = error instanceof LikenessError && error.code === ErrorCode.IndexBusy;
      if (!isBusy || performance.now() > until) throw error;
    }
    await sleep(RETRY_MS);
  }
}

function primaryCodeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : undefined;
}
