import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsGiven } from '../../../src/extension/commands/given.ts';

interface Settings {
  readonly epochs?: number;
  readonly from?: string;
}

const given = (...args: readonly unknown[]) => settingsGiven<Settings>(args[0], args[1], ['epochs', 'from']);

test('a key binding gives settings in its only argument, all of which may be left to the engine', () => {
  assert.deepEqual(given({ folder: '/data/pets', settings: { from: 'pets-1' } }), { from: 'pets-1' });
  assert.deepEqual(given({ settings: {} }), {});
});

test('others give them as an argument of their own', () => {
  assert.deepEqual(given('/data/pets', { epochs: 3 }), { epochs: 3 });
});

test('what VS Code passes itself is none', () => {
  const row = { id: 'row', folder: '/data/pets' };
  for (const args of [[], [row], [row, [row]], [row, undefined], [undefined, { groupId: 1 }], [{ settings: 'no' }]]) {
    assert.equal(given(...args), undefined);
  }
});
