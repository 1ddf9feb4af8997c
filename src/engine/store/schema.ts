import { indexTooNew } from '../../core/errors.ts';
import type { Database } from './sqlite.ts';

/**
 * Migration i turns version i into version i + 1. Never edit one that was released: add another, which keeps contents
 * and vectors, since computing them again is what an index saves.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    revision INTEGER NOT NULL
  ) STRICT;
  -- A clock, not 0: what somebody remembers of an index that was deleted must not look current in its successor.
  INSERT INTO state VALUES (1, CAST(unixepoch('subsec') * 1000 AS INTEGER));

  CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE contents (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    width           INTEGER NOT NULL,
    height          INTEGER NOT NULL,
    format          TEXT NOT NULL,
    problem_code    TEXT,
    problem_message TEXT,
    -- Milliseconds since the epoch; NULL while a file refers to it.
    unreferenced_since REAL
  ) STRICT;
  CREATE INDEX contents_unreferenced ON contents (unreferenced_since) WHERE unreferenced_since IS NOT NULL;

  -- Apart from the contents, so that going through those doesn't drag the pictures along.
  CREATE TABLE thumbnails (
    content INTEGER PRIMARY KEY REFERENCES contents (key) ON DELETE CASCADE,
    bytes   BLOB NOT NULL
  ) STRICT;

  CREATE TABLE files (
    path            TEXT PRIMARY KEY,
    size            INTEGER NOT NULL,
    modified_at     REAL NOT NULL,
    indexed_at      REAL NOT NULL,
    content         INTEGER REFERENCES contents (key),
    problem_code    TEXT,
    problem_message TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX files_content ON files (content) WHERE content IS NOT NULL;

  CREATE TABLE encoders (
    key      INTEGER PRIMARY KEY AUTOINCREMENT,
    identity TEXT NOT NULL UNIQUE,
    card     TEXT NOT NULL
  ) STRICT;

  CREATE TABLE vectors (
    key             INTEGER PRIMARY KEY,
    content         INTEGER NOT NULL REFERENCES contents (key) ON DELETE CASCADE,
    encoder         INTEGER NOT NULL REFERENCES encoders (key) ON DELETE CASCADE,
    -- Little-endian float32, L2-normalised; NULL where there is a problem instead.
    vector          BLOB,
    problem_code    TEXT,
    problem_message TEXT,
    UNIQUE (content, encoder)
  ) STRICT;
  -- Answers who has a vector without touching the vectors.
  CREATE INDEX vectors_present ON vectors (encoder, content) WHERE vector IS NOT NULL;

  -- Problems are few and asked for often.
  CREATE INDEX files_problem ON files (path) WHERE problem_code IS NOT NULL;
  CREATE INDEX contents_problem ON contents (key) WHERE problem_code IS NOT NULL;
  CREATE INDEX vectors_problem ON vectors (encoder, content) WHERE problem_code IS NOT NULL;

  CREATE TABLE leases (
    name       TEXT PRIMARY KEY,
    owner      TEXT NOT NULL,
    pid        INTEGER NOT NULL,
    host       TEXT NOT NULL,
    expires_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TRIGGER file_inserted AFTER INSERT ON files WHEN NEW.content IS NOT NULL BEGIN
    UPDATE contents SET unreferenced_since = NULL WHERE key = NEW.content AND unreferenced_since IS NOT NULL;
  END;
  CREATE TRIGGER file_deleted AFTER DELETE ON files WHEN OLD.content IS NOT NULL BEGIN
    UPDATE contents SET unreferenced_since = unixepoch('subsec') * 1000
    WHERE key = OLD.content AND NOT EXISTS (SELECT 1 FROM files WHERE content = OLD.content);
  END;
  CREATE TRIGGER file_updated AFTER UPDATE OF content ON files WHEN OLD.content IS NOT NEW.content BEGIN
    UPDATE contents SET unreferenced_since = NULL WHERE key = NEW.content;
    UPDATE contents SET unreferenced_since = unixepoch('subsec') * 1000
    WHERE key = OLD.content AND NOT EXISTS (SELECT 1 FROM files WHERE content = OLD.content);
  END;
  `,
  `
  -- Maps that were laid out, so that opening one again costs nothing. Derived, as everything here.
  CREATE TABLE maps (
    key      INTEGER PRIMARY KEY,
    encoder  INTEGER NOT NULL REFERENCES encoders (key) ON DELETE CASCADE,
    -- Relative to the root; '' for all.
    folder   TEXT NOT NULL,
    settings TEXT NOT NULL,
    -- Milliseconds since the epoch.
    made_at  REAL NOT NULL,
    -- Rows that were laid out together; those after them were placed later.
    laid_out INTEGER NOT NULL,
    -- JSON: what else is known of the map.
    summary  TEXT NOT NULL,
    -- JSON: one path a row. The arrays are little-endian, one entry a row: float64 keys, float32 x and y, int32 clusters.
    paths     TEXT NOT NULL,
    contents  BLOB NOT NULL,
    positions BLOB NOT NULL,
    clusters  BLOB NOT NULL,
    UNIQUE (encoder, folder, settings)
  ) STRICT;

  -- Apart from the maps, as they are larger than those and asked for only when two maps are compared. int32, a row's
  -- nearest others first.
  CREATE TABLE map_neighbors (
    map       INTEGER PRIMARY KEY REFERENCES maps (key) ON DELETE CASCADE,
    per_row   INTEGER NOT NULL,
    neighbors BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE measures (
    content         INTEGER PRIMARY KEY REFERENCES contents (key) ON DELETE CASCADE,
    -- Of the definitions; older ones are taken again.
    version         INTEGER NOT NULL,
    dark            REAL NOT NULL,
    light           REAL NOT NULL,
    blurry          REAL NOT NULL,
    low_information REAL NOT NULL,
    grayscale       INTEGER NOT NULL,
    -- 32 × 32 grey pixels.
    grey            BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- What people have imported of images, by the name of the column.
  CREATE TABLE columns (
    name  TEXT NOT NULL,
    path  TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name, path)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Which images have their regions, also those that are too small to have any.
  CREATE TABLE region_sets (
    content INTEGER NOT NULL REFERENCES contents (key) ON DELETE CASCADE,
    encoder INTEGER NOT NULL REFERENCES encoders (key) ON DELETE CASCADE,
    -- Which parts of a picture they are; those of an older layout are made anew.
    layout  INTEGER NOT NULL,
    PRIMARY KEY (encoder, content)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX region_sets_content ON region_sets (content);

  CREATE TABLE regions (
    key     INTEGER PRIMARY KEY,
    content INTEGER NOT NULL REFERENCES contents (key) ON DELETE CASCADE,
    encoder INTEGER NOT NULL REFERENCES encoders (key) ON DELETE CASCADE,
    -- Pixels of the picture as it is shown.
    x       INTEGER NOT NULL,
    y       INTEGER NOT NULL,
    width   INTEGER NOT NULL,
    height  INTEGER NOT NULL,
    -- As in vectors.
    vector  BLOB NOT NULL,
    UNIQUE (content, encoder, x, y, width, height)
  ) STRICT;
  -- Holds the keys too, so that the regions of one encoder are read in the order in which they lie on the disk.
  CREATE INDEX regions_encoder ON regions (encoder);
  `,
  `
  -- Captions as an encoder's text half sees them. Several images may have the same one.
  CREATE TABLE captions (
    encoder INTEGER NOT NULL REFERENCES encoders (key) ON DELETE CASCADE,
    -- SHA-256 of the text half's identity and of the caption.
    caption TEXT NOT NULL,
    -- Tokens of the whole caption where it was cut; NULL where all of it was read.
    tokens  INTEGER,
    -- As in vectors.
    vector  BLOB NOT NULL,
    PRIMARY KEY (encoder, caption)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** True where `migrate` has nothing to do. Throws index-too-new for a database of a later version of ours. */
export function isCurrent(database: Database, steps: readonly string[] = migrations): boolean {
  const version = database.pragma('user_version');
  if (version > steps.length) throw indexTooNew(database.location);
  return version === steps.length;
}

/** Brings an empty or older database to the present version, in one transaction. */
export function migrate(database: Database, steps: readonly string[] = migrations): void {
  database.transaction(() => {
    // Asked inside the transaction: another process may have migrated while this one waited for the lock.
    if (isCurrent(database, steps)) return;
    for (const step of steps.slice(database.pragma('user_version'))) database.exec(step);
    database.exec(`PRAGMA user_version = ${steps.length}`);
  });
}
