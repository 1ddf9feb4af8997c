import type { FileContent } from './indexStore.ts';
import { FILE_COLUMNS, type ContentRow, type FileRow, type ProblemColumns } from './rows.ts';
import type { Database } from './sqlite.ts';

/** Preparing everything at once also shows at the start whether the tables are the ones that we expect. */
export function prepareAll(database: Database) {
  return {
    revision: database.prepare<{ revision: number }>('SELECT revision FROM state'),
    bumpRevision: database.prepare('UPDATE state SET revision = revision + 1'),
    allFiles: database.prepareTuples<FileRow>(`SELECT ${FILE_COLUMNS} FROM files`),
    filesBelow: database.prepareTuples<FileRow>(
      `SELECT ${FILE_COLUMNS} FROM files WHERE path = ? OR (path >= ? AND path < ?)`,
    ),
    contentOfFile: database.prepare<FileContent>(
      `SELECT f.size, f.modified_at AS modifiedAt, f.indexed_at AS indexedAt, c.key AS contentKey, c.id AS content
       FROM files f JOIN contents c ON c.key = f.content WHERE f.path = ?`,
    ),
    putFile: database.prepare(
      `INSERT INTO files (path, size, modified_at, indexed_at, content, problem_code, problem_message)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET
         size = excluded.size, modified_at = excluded.modified_at, indexed_at = excluded.indexed_at,
         content = excluded.content, problem_code = excluded.problem_code, problem_message = excluded.problem_message`,
    ),
    removeFile: database.prepare('DELETE FROM files WHERE path = ?'),
    findContent: database.prepare<ContentRow>(
      'SELECT c.*, t.bytes AS thumbnail FROM contents c LEFT JOIN thumbnails t ON t.content = c.key WHERE c.id = ?',
    ),
    findContentKey: database.prepare<{ key: number }>('SELECT key FROM contents WHERE id = ?'),
    countFiles: database.prepare<{ files: number }>('SELECT count(*) AS files FROM files WHERE content = ?'),
    putContent: database.prepare<{ key: number }>(
      `INSERT INTO contents (id, width, height, format, problem_code, problem_message, unreferenced_since)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET
         width = excluded.width, height = excluded.height, format = excluded.format,
         problem_code = excluded.problem_code, problem_message = excluded.problem_message
       RETURNING key`,
    ),
    putThumbnail: database.prepare(
      'INSERT INTO thumbnails (content, bytes) VALUES (?, ?) ON CONFLICT (content) DO UPDATE SET bytes = excluded.bytes',
    ),
    removeThumbnail: database.prepare('DELETE FROM thumbnails WHERE content = ?'),
    thumbnail: database.prepare<{ bytes: Uint8Array }>(
      'SELECT t.bytes FROM files f JOIN thumbnails t ON t.content = f.content WHERE f.path = ?',
    ),
    putEncoder: database.prepare(
      'INSERT INTO encoders (identity, card) VALUES (?, ?) ON CONFLICT (identity) DO NOTHING',
    ),
    removeEncoder: database.prepare('DELETE FROM encoders WHERE key = ?'),
    findEncoder: database.prepare<{ key: number }>('SELECT key FROM encoders WHERE identity = ?'),
    encoders: database.prepare<{ key: number; identity: string; card: string }>('SELECT * FROM encoders ORDER BY key'),
    hasVector: database.prepare<{ found: number }>('SELECT 1 AS found FROM vectors WHERE content = ? AND encoder = ?'),
    putVector: database.prepare(
      `INSERT INTO vectors (content, encoder, vector, problem_code, problem_message) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (content, encoder) DO UPDATE SET
         vector = excluded.vector, problem_code = excluded.problem_code, problem_message = excluded.problem_message`,
    ),
    withoutVector: database.prepare<{ content: number; path: string }>(
      `SELECT f.content, min(f.path) AS path
       FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL
       WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.content = f.content AND v.encoder = ?)
       GROUP BY f.content ORDER BY path`,
    ),
    problems: database.prepare<ProblemColumns & { path: string }>(
      `SELECT path, problem_code, problem_message FROM files WHERE problem_code IS NOT NULL
       UNION ALL
       SELECT f.path, c.problem_code, c.problem_message
       FROM contents c JOIN files f ON f.content = c.key
       WHERE c.problem_code IS NOT NULL AND f.problem_code IS NULL
       UNION ALL
       SELECT f.path, v.problem_code, v.problem_message
       FROM vectors v JOIN contents c ON c.key = v.content JOIN files f ON f.content = v.content
       WHERE v.encoder = ? AND v.problem_code IS NOT NULL AND c.problem_code IS NULL AND f.problem_code IS NULL
       ORDER BY path`,
    ),
    imagePaths: database.prepare<{ path: string }>(
      `SELECT f.path FROM files f JOIN contents c ON c.key = f.content AND c.problem_code IS NULL ORDER BY f.path`,
    ),
    readMeta: database.prepare<{ value: string }>('SELECT value FROM meta WHERE key = ?'),
    writeMeta: database.prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
    removeMeta: database.prepare('DELETE FROM meta WHERE key = ?'),
    // What is noted of an encoder ends in its key.
    removeMetaOfEncoder: database.prepare("DELETE FROM meta WHERE key LIKE '%/' || ?"),
    prune: database.prepare(
      `DELETE FROM contents
       WHERE unreferenced_since <= ? AND NOT EXISTS (SELECT 1 FROM files f WHERE f.content = contents.key)`,
    ),
  };
}
