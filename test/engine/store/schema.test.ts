import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { isCurrent, migrate, migrations } from '../../../src/engine/store/schema.ts';
import { Database } from '../../../src/engine/store/sqlite.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { newStore, putImage } from './storeFixtures.ts';
import { encoderCard } from '../../cards.ts';

suite('schema versions', () => {
  test('an older index is migrated with its contents and vectors', (context) => {
    const store = newStore(context);
    const encoder = store.putEncoder('e', encoderCard('e', 2));
    store.putVector(putImage(store, 'a', 'a.jpg'), encoder, Float32Array.of(0.5, -0.5));
    store.close();
    const database = new Database(store.location);
    context.after(() => {
      database.close();
    });
    const next = [
      ...migrations,
      `ALTER TABLE contents ADD COLUMN sharpness REAL; UPDATE contents SET sharpness = 1.5;`,
    ];
    assert.equal(isCurrent(database, next), false);
    migrate(database, next);
    migrate(database, next);
    assert.equal(isCurrent(database, next), true);
    const row = database
      .prepare<{ id: string; sharpness: number; vector: Uint8Array }>(
        'SELECT c.id, c.sharpness, v.vector FROM contents c JOIN vectors v ON v.content = c.key',
      )
      .get();
    assert.deepEqual([row?.id, row?.sharpness], ['a', 1.5]);
    assert.deepEqual(row?.vector, new Uint8Array(Float32Array.of(0.5, -0.5).buffer));
  });

  test('a migration that fails leaves the version before it', (context) => {
    const database = new Database(join(temporaryFolder(context), 'x.sqlite'));
    context.after(() => {
      database.close();
    });
    migrate(database, ['CREATE TABLE one (a)']);
    assert.throws(() => {
      migrate(database, ['CREATE TABLE one (a)', 'CREATE TABLE two (a)', 'NONSENSE']);
    });
    assert.equal(database.pragma('user_version'), 1);
    assert.equal(database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'two'").get(), undefined);
  });

  test('an index of a newer version is refused and left alone', (context) => {
    const store = newStore(context);
    putImage(store, 'a', 'a.jpg');
    store.close();
    const database = new Database(store.location);
    database.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    database.close();
    for (const mode of ['read', 'write'] as const) {
      assert.throws(() => openStore(store.root, { cacheFolder: join(store.root, 'cache'), mode }), {
        code: ErrorCode.IndexTooNew,
      });
    }
    const again = new Database(store.location);
    assert.equal(again.prepare('SELECT 1 FROM files').all().length, 1);
    again.close();
  });
});
