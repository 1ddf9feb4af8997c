import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Datasets } from '../../../src/engine/dataset.ts';
import { DecisionService } from '../../../src/engine/decisions/decisionService.ts';
import { applyEdits, editTo, fileEdit } from '../../../src/engine/decisions/fileEdits.ts';
import { endPending, offeredSteps, repeatStep, takeStep } from '../../../src/engine/decisions/steps.ts';
import { writeConfig } from '../../../src/engine/store/config.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';
import { stepContext } from './stepContext.ts';

const isWindows = process.platform === 'win32';
const before = 'path,class\na.png,grün\nb.png,red\n';

function dataset(context: TestContext) {
  const root = temporaryFolder(context);
  write(root, '.likeness/config.json', '{}');
  write(root, 'labels.csv', before);
  const cache = temporaryFolder(context);
  /** As another window has it, which has read nothing yet. */
  const window = () => new DecisionService(new Datasets(cache));
  const text = (file: string) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
  const planned = async (file: string, content: string) => (await editTo(join(root, file), content))!;
  return { root, window, text, planned };
}

describe('files that are written as a step', () => {
  it('are what they were when it is undone, and again what they became, also such as were not there', async (context) => {
    const { root, window, text, planned } = dataset(context);
    chmodSync(join(root, 'labels.csv'), 0o640);
    const after = before.replace('grün', 'blau, "hell"').replace('red', '');
    const files = [await planned('labels.csv', after), await planned('.likeness/splits.csv', 'path,split\n')];
    const { step, changed } = await window().edit(root, 'Write', files);
    assert.deepEqual([step?.title, changed], ['Write', []]);
    assert.deepEqual([text('labels.csv'), text('.likeness/splits.csv')], [after, 'path,split\n']);
    assert.deepEqual((await window().undo({ root, step: step! })).step, step);
    assert.deepEqual([text('labels.csv'), text('.likeness/splits.csv')], [before, undefined]);
    await window().redo({ root });
    assert.deepEqual([text('labels.csv'), text('.likeness/splits.csv')], [after, 'path,split\n']);
    await window().undo({ root });
    assert.equal(text('labels.csv'), before);
    assert.equal(statSync(join(root, 'labels.csv')).mode & 0o777, 0o640);
    assert.equal(await editTo(join(root, 'labels.csv'), before), undefined, 'nothing to write');
    assert.equal((await window().edit(root, 'Nothing', [])).step, undefined);
  });

  it('stay as they are, all of them, where one was changed since', async (context) => {
    const { root, window, text, planned } = dataset(context);
    write(root, 'other.csv', 'x');
    await window().edit(root, 'Write', [await planned('labels.csv', 'new'), await planned('other.csv', 'y')]);
    write(root, 'labels.csv', 'newer');
    const refused = (sentence: RegExp) =>
      assert.rejects(window().undo({ root }), { code: ErrorCode.DecisionsChanged, message: sentence });
    const told =
      /^"Write" can't be undone, since .*labels\.csv was changed or removed since; nothing was changed\. Put the file back/;
    await refused(told);
    assert.deepEqual([text('labels.csv'), text('other.csv')], ['newer', 'y']);
    write(root, 'labels.csv', 'another');
    await refused(told);
    assert.equal((await window().history({ root })).undo?.title, 'Write', 'the file may be put back');
    write(root, 'labels.csv', 'new');
    await window().undo({ root });
    assert.deepEqual([text('labels.csv'), text('other.csv')], [before, 'x']);
    await window().redo({ root });
    write(root, 'labels.csv', 'newer');
    await refused(told);
    await refused(
      /^"Write" can't be undone, since .*labels\.csv was .* since, and is passed over; nothing was changed, edit/,
    );
    assert.deepEqual([text('labels.csv'), text('other.csv')], ['newer', 'y']);
    assert.deepEqual(await window().history({ root }), {}, 'it is offered no more');
    const gone = await planned('other.csv', 'z');
    rmSync(join(root, 'other.csv'));
    await assert.rejects(window().edit(root, 'Write', [await planned('labels.csv', 'newest'), gone]), {
      code: ErrorCode.FileNotFound,
    });
    assert.equal(text('labels.csv'), 'newer', 'all or none');
  });

  it('of the configuration put back what they set, and leave what was set since', async (context) => {
    const { root, window, text, planned } = dataset(context);
    const file = '.likeness/config.json';
    write(root, file, '{"splits":{"train":["a/**"]},"own":"ü"}');
    const plan = async () => [
      await planned('labels.csv', 'new'),
      await planned(file, '{"splits":{"train":["b/**"]},"exclude":["x"],"own":"ü"}'),
    ];
    const config = () => JSON.parse(text(file)!) as unknown;
    await window().edit(root, 'Split', await plan());
    writeConfig(root, { encoder: 'pixels' });
    await window().undo({ root });
    assert.deepEqual(config(), { splits: { train: ['a/**'] }, encoder: 'pixels', own: 'ü' });
    assert.equal(text('labels.csv'), before);
    writeConfig(root, { encoder: 'other' });
    await window().redo({ root });
    const redone = { splits: { train: ['b/**'] }, exclude: ['x'], encoder: 'other', own: 'ü' };
    assert.deepEqual(config(), redone);
    // What was begun with a configuration that has changed is ended with that.
    writeConfig(root, { encoder: undefined });
    const reached = (stage: string) => {
      if (stage === 'edited') throw new Error('killed');
    };
    await assert.rejects(repeatStep(stepContext(root, 0, { reached }), 'undo'), /killed/);
    assert.equal((await window().history({ root })).redo?.title, 'Split');
    assert.deepEqual([config(), text('labels.csv')], [{ splits: { train: ['a/**'] }, own: 'ü' }, before]);
    await window().redo({ root });
    writeConfig(root, { splits: { train: ['c/**'] } });
    await assert.rejects(window().undo({ root }), {
      code: ErrorCode.DecisionsChanged,
      message: /config\.json was changed/,
    });
    assert.equal(text('labels.csv'), 'new');
    write(root, file, '{');
    await assert.rejects(window().undo({ root }), { code: ErrorCode.DecisionsChanged });
  });

  it('go back where a later one cannot be written', async (context) => {
    const { root, text, planned } = dataset(context);
    const edits = [
      await fileEdit(root, await planned('labels.csv', 'new')),
      await fileEdit(root, await planned('made.csv', 'made')),
      await fileEdit(root, await planned('.likeness/config.json', '{"a":1}')),
    ];
    write(root, '.likeness/config.json', '{"b":1}');
    await assert.rejects(applyEdits(root, edits), { code: ErrorCode.ImagesChanged });
    assert.deepEqual([text('labels.csv'), text('made.csv')], [before, undefined]);
    const outside = { ...edits[0]!, file: '../labels.csv' };
    await assert.rejects(applyEdits(root, [outside]), { code: ErrorCode.PathOutsideRoot });
    const elsewhere = temporaryFolder(context);
    writeFileSync(join(elsewhere, 'labels.csv'), 'x');
    const plan = (await editTo(join(elsewhere, 'labels.csv'), 'y'))!;
    await assert.rejects(fileEdit(root, plan), { code: ErrorCode.PathOutsideRoot });
  });

  it('are made as a whole or not at all, and never in the place of a link', { skip: isWindows }, async (context) => {
    const { root, planned } = dataset(context);
    const edit = await fileEdit(root, await planned('made.csv', 'x'.repeat(2 ** 16)));
    const module = JSON.stringify(join(import.meta.dirname, '../../../src/engine/decisions/fileEdits.ts'));
    const script = `import { applyEdits } from ${module}; await applyEdits(${JSON.stringify(root)}, [${JSON.stringify(edit)}]);`;
    const node = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
    // As on a disk that has no room for more.
    const { stderr } = spawnSync('sh', ['-c', 'ulimit -f 16; exec "$@"', 'sh', process.execPath, ...node], {
      encoding: 'utf8',
    });
    assert.match(stderr, /file too large/);
    assert.deepEqual(readdirSync(root), ['.likeness', 'labels.csv']);
    symlinkSync('nowhere.csv', join(root, 'made.csv'));
    await assert.rejects(applyEdits(root, [edit]), { code: ErrorCode.ImagesChanged });
    assert.ok(lstatSync(join(root, 'made.csv')).isSymbolicLink());
  });

  it('and taken back make labels be read again', async (context) => {
    const { root, planned } = dataset(context);
    const forgotten: string[] = [];
    const labels = { forget: (folder: string) => forgotten.push(folder) };
    const decisions = new DecisionService(new Datasets(temporaryFolder(context)), labels);
    await decisions.edit(root, 'Write', [await planned('labels.csv', 'new')]);
    assert.deepEqual(forgotten.splice(0), [root]);
    await decisions.undo({ root });
    assert.deepEqual(forgotten.splice(0), [root]);
    await decisions.redo({ root });
    assert.deepEqual(forgotten, [root]);
  });

  it('are all or none after a process was killed on the way', async (context) => {
    const { root, text, planned } = dataset(context);
    write(root, 'other.csv', 'x');
    const edits = [
      await fileEdit(root, await planned('labels.csv', 'new')),
      await fileEdit(root, await planned('other.csv', 'y')),
    ];
    const killedAt = (stage: string) =>
      stepContext(root, 0, {
        reached: (reached) => {
          if (reached === stage) throw new Error('killed');
        },
      });
    const step = { title: 'Write', change: <T>(lines: T) => lines, moves: [], edits };
    const titles = async () => (await offeredSteps(stepContext(root))).undo?.title;
    await assert.rejects(takeStep(killedAt('intended'), step), /killed/);
    await applyEdits(root, edits.slice(0, 1));
    await endPending(stepContext(root));
    assert.deepEqual([text('labels.csv'), text('other.csv'), await titles()], [before, 'x', undefined]);
    await assert.rejects(takeStep(killedAt('edited'), step), /killed/);
    await endPending(stepContext(root));
    assert.deepEqual([text('labels.csv'), text('other.csv'), await titles()], ['new', 'y', 'Write']);
  });
});
