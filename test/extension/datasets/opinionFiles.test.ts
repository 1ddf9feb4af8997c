import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';
import { OpinionFiles } from '../../../src/extension/datasets/opinionFiles.ts';

function fixture(context: TestContext) {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => {
    mock.timers.reset();
  });
  const watchers = new Map<string, () => void>();
  const made: string[] = [];
  const files = new OpinionFiles((root, note) => {
    made.push(root);
    watchers.set(root, note);
    return { dispose: () => watchers.delete(root) };
  });
  const told: string[] = [];
  files.onDidChange((root) => told.push(root));
  const change = (...roots: readonly string[]) => {
    for (const root of roots) watchers.get(root)?.();
    mock.timers.tick(1000);
  };
  return { files, change, told, made, watched: () => [...watchers.keys()] };
}

test('changes of opinions are told by their dataset, once for a burst', (context) => {
  const { files, change, told } = fixture(context);
  files.watch('review', ['/a', '/b']);
  change('/a', '/a', '/b', '/a');
  assert.deepEqual(told, ['/a', '/b']);
  change('/b');
  assert.deepEqual(told, ['/a', '/b', '/b']);
});

test('a dataset is watched once, as long as anybody shows it', (context) => {
  const { files, change, told, made, watched } = fixture(context);
  files.watch('review', ['/a']);
  files.watch('map', ['/a', '/b']);
  files.watch('map', ['/a', '/b']);
  assert.deepEqual(made, ['/a', '/b']);
  files.watch('review', []);
  assert.deepEqual(watched(), ['/a', '/b']);
  files.watch('map', ['/b']);
  assert.deepEqual(watched(), ['/b']);
  change('/a', '/b');
  assert.deepEqual(told, ['/b']);
});

test('nothing is told of what nobody shows any more, or after disposal', (context) => {
  const { files, change, told, watched } = fixture(context);
  files.watch('map', ['/a', '/b']);
  files.dispose();
  assert.deepEqual(watched(), []);
  change('/a', '/b');
  assert.deepEqual(told, []);
});
