import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatDecision, parseDecisions } from '../../../src/core/decisions/decisions.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import { Datasets } from '../../../src/engine/dataset.ts';
import { DecisionService } from '../../../src/engine/decisions/decisionService.ts';
import type { DecisionStep } from '../../../src/protocol/decisions.ts';
import { temporaryFolder } from '../../temporaryFolder.ts';
import { write } from '../indexing/dataset.ts';

type Decisions = DecisionStep['decisions'];

const exclude = (...paths: readonly string[]) => ({ paths, decision: { action: 'exclude' } }) as const;
const keep = (...paths: readonly string[]) => ({ paths, decision: { action: 'keep' } }) as const;
const aside = (...paths: readonly string[]) => ({ paths, decision: { action: 'quarantine' } }) as const;

function datasetOf(context: TestContext, ...images: readonly string[]) {
  const root = temporaryFolder(context);
  for (const image of [...images, '.likeness/config.json']) write(root, image, image.endsWith('.json') ? '{}' : image);
  const file = join(root, '.likeness/decisions.jsonl');
  const cache = temporaryFolder(context);
  /** As another window has it, which has read nothing yet. */
  const window = () => new DecisionService(new Datasets(cache));
  const text = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const told = () => parseDecisions(text()).map(({ path, action }) => `${path} ${action}`);
  const take = (title: string, decisions: Decisions, finding?: string) =>
    window().take({ root, title, decisions, ...(finding !== undefined && { finding }) });
  return { root, file, window, text, told, take };
}

describe('a step of decisions', () => {
  it('is one: written with its finding, undone and done again as a whole, by whichever window', async (context) => {
    const { root, window, text, told, take } = datasetOf(context, 'a.png', 'b.png', 'c.png');
    await window().decide({ root, paths: ['a.png'], decision: { action: 'exclude' } });
    const before = text();
    const outcome = await take('Keep a, exclude the rest', [keep('a.png'), exclude('b.png', 'c.png')], 'f1');
    assert.deepEqual(outcome.changed, ['a.png', 'b.png', 'c.png']);
    assert.deepEqual(
      [outcome.step?.title, outcome.step?.finding, outcome.undo?.title, outcome.redo],
      ['Keep a, exclude the rest', 'f1', 'Keep a, exclude the rest', undefined],
    );
    const after = text();
    assert.deepEqual(told(), ['a.png keep', 'b.png exclude', 'c.png exclude']);
    assert.deepEqual([...new Set(parseDecisions(after).map(({ finding }) => finding))], ['f1']);
    const undone = await window().undo({ root });
    assert.equal(text(), before);
    assert.deepEqual(undone.changed, outcome.changed);
    assert.deepEqual([undone.undo?.title, undone.redo?.title], ['Exclude 1 image', 'Keep a, exclude the rest']);
    await window().redo({ root });
    assert.equal(text(), after);
    assert.deepEqual(await window().history({ root }), { undo: outcome.step });
  });

  it('is undone and done again only as long as it is the next one, where it is named', async (context) => {
    const { root, window, told, take } = datasetOf(context, 'a.png', 'b.png');
    const { step: first } = await take('One', [exclude('a.png')]);
    const { step: second } = await take('Two', [exclude('b.png')], 'f');
    await assert.rejects(window().undo({ root, step: first! }), {
      code: ErrorCode.DecisionNotOffered,
      message: '"One" isn\'t the last decision any more; Undo Last Decision takes back the newest.',
    });
    assert.deepEqual(told(), ['a.png exclude', 'b.png exclude']);
    assert.deepEqual((await window().undo({ root, step: second! })).step, second);
    await window().undo({ root, step: first! });
    await assert.rejects(window().undo({ root, step: first! }), { code: ErrorCode.DecisionNotOffered });
    await assert.rejects(window().redo({ root, step: second! }), {
      code: ErrorCode.DecisionNotOffered,
      message: /^"Two" isn't the decision that was undone last any more; Redo Decision/,
    });
    await window().redo({ root, step: first! });
    assert.deepEqual((await window().redo({ root, step: second! })).step, second);
    assert.deepEqual(told(), ['a.png exclude', 'b.png exclude']);
  });

  it('is called by what it decides, where it has no title', async (context) => {
    const { root, window } = datasetOf(context, 'a.png', 'b.png', 'c.png');
    const { step } = await window().take({ root, decisions: [keep('a.png'), exclude('b.png', 'c.png')] });
    assert.equal(step?.title, 'Keep 1 image and exclude 2 images');
  });

  it('is all or nothing', async (context) => {
    const { root, window, text, take } = datasetOf(context, 'a.png', 'b.png');
    const step = take('Two', [exclude('a.png'), aside('b.png'), exclude('gone.png')]);
    await assert.rejects(step, { code: ErrorCode.FileNotFound });
    assert.equal(text(), '');
    assert.ok(existsSync(join(root, 'b.png')));
    assert.deepEqual(await window().history({ root }), {});
  });

  it('is none where nothing changes, and a new one drops what could be done again', async (context) => {
    const { root, window, take } = datasetOf(context, 'a.png', 'b.png');
    await take('One', [exclude('a.png')]);
    await window().undo({ root });
    assert.equal((await window().history({ root })).redo?.title, 'One');
    await take('Two', [exclude('b.png')]);
    const same = await take('Three', [exclude('b.png')]);
    assert.deepEqual([same.step, same.changed, same.undo?.title, same.redo], [undefined, [], 'Two', undefined]);
  });

  it('says the same of an image with and without a finding, and is written down with the finding then', async (context) => {
    const { text, take } = datasetOf(context, 'a.png');
    await take('One', [exclude('a.png')]);
    const { at } = parseDecisions(text())[0]!;
    await take('Two', [exclude('a.png')], 'f');
    const [line, ...more] = parseDecisions(text());
    assert.deepEqual([line?.finding, line?.at, more.length], ['f', at, 0]);
    const other = await take('Three', [exclude('a.png')], 'another');
    assert.deepEqual([other.changed, parseDecisions(text()).length], [[], 1]);
  });

  it('of images that are kept for several findings has a line for each', async (context) => {
    const { text, take } = datasetOf(context, 'a.png');
    await take('One', [keep('a.png')], 'f1');
    await take('Two', [keep('a.png')], 'f2');
    assert.deepEqual(
      parseDecisions(text()).map(({ action, finding }) => [action, finding]),
      [
        ['keep', 'f1'],
        ['keep', 'f2'],
      ],
    );
  });

  it('can be of two images, and of findings that are no issue', async (context) => {
    const { root, window, text } = datasetOf(context, 'a.png', 'b.png');
    const pair = await window().pair({ root, paths: ['a.png', 'b.png'], action: 'same' });
    assert.deepEqual([pair.changed, pair.undo], [['a.png', 'b.png'], pair.step]);
    const ignored = await window().decide({ root, paths: [''], decision: { action: 'ignore', finding: 'f' } });
    assert.deepEqual([ignored.step?.title, ignored.undo], ['Call 1 finding no issue', ignored.step]);
    assert.equal((await window().history({ root })).undo?.title, 'Call 1 finding no issue');
    await window().undo({ root });
    const undone = await window().undo({ root });
    assert.deepEqual([undone.step?.title, undone.changed, text()], ['Call 2 images the same', ['a.png', 'b.png'], '']);
  });
});

describe('undo', () => {
  it('of lines that were changed by hand changes nothing, and goes on with the step before', async (context) => {
    const { root, file, window, text, take } = datasetOf(context, 'a.png', 'b.png', 'c.png');
    await take('One', [exclude('a.png')]);
    await take('Two', [exclude('b.png')]);
    await take('Three', [exclude('c.png')]);
    await window().undo({ root });
    const byHand = text().replace(/^.*b\.png.*$/m, (line) => line.replace('exclude', 'keep'));
    writeFileSync(file, byHand);
    await assert.rejects(window().undo({ root }), (error: Error & { code?: string }) => {
      assert.equal(error.code, ErrorCode.DecisionsChanged);
      assert.match(error.message, /^"Two" can't be undone, since its lines in .+decisions\.jsonl were changed/);
      return true;
    });
    assert.equal(text(), byHand);
    const { undo, redo } = await window().history({ root });
    assert.deepEqual([undo?.title, redo?.title], ['One', 'Three']);
    await window().undo({ root });
    assert.ok(!text().includes('a.png') && text().includes('b.png'));
  });

  it('leaves what others have written beside it', async (context) => {
    const { root, file, window, told, take } = datasetOf(context, 'b.png');
    await take('One', [exclude('b.png')]);
    const line = (path: string) => formatDecision({ path, content: '', action: 'exclude', at: '2026' });
    writeFileSync(file, `<<<<<<< ours\n${line('a.png')}\n${readFileSync(file, 'utf8')}=======\n${line('c.png')}\n`);
    await window().undo({ root });
    assert.deepEqual(told(), ['a.png exclude', 'c.png exclude']);
    assert.ok(readFileSync(file, 'utf8').startsWith('<<<<<<< ours\n'));
  });

  it('puts lines back at their sorted places', async (context) => {
    const { root, window, text, take } = datasetOf(context, 'a.png', 'b.png', 'c.png');
    await take('All', [exclude('a.png', 'b.png', 'c.png')]);
    const before = text();
    await take('B', [{ ...exclude('b.png'), undo: true }]);
    await window().undo({ root });
    assert.equal(text(), before);
  });

  it('reaches back a thousand steps', async (context) => {
    const { root, window } = datasetOf(context, 'a.png');
    const one = window();
    await one.decide({ root, paths: ['a.png'], decision: { action: 'tag', value: 'x' } });
    const journal = join(root, '.likeness/history.jsonl');
    const [take] = readFileSync(journal, 'utf8').split('\n') as [string];
    const { id } = (JSON.parse(take) as { take: { id: string } }).take;
    const many = Array.from({ length: 2100 }, (_, i) => `${take.replaceAll(id, `s${i}`)}\n{"done":"s${i}"}\n`);
    appendFileSync(journal, many.join(''));
    await one.decide({ root, paths: ['a.png'], decision: { action: 'tag', value: 'y' } });
    const { steps, taken } = await one.steps(root);
    assert.deepEqual([steps.length, taken, steps.at(-1)?.title], [1000, 1000, 'Tag 1 image "y"']);
    assert.equal(readFileSync(journal, 'utf8').split('\n').length, 2001);
  });
});

describe('two windows that decide at the same time', () => {
  it('lose nothing, neither lines nor steps', async (context) => {
    const images = Array.from({ length: 24 }, (_, i) => `${String(i).padStart(2, '0')}.png`);
    const { root, window, told } = datasetOf(context, ...images);
    const windows = [window(), window(), window()];
    await Promise.all(
      images.map((image, i) => windows[i % 3]!.take({ root, title: image, decisions: [exclude(image)] })),
    );
    assert.deepEqual(
      told(),
      images.map((image) => `${image} exclude`),
    );
    assert.equal((await window().steps(root)).taken, images.length);
    await Promise.all(images.map((_, i) => windows[i % 3]!.undo({ root })));
    assert.deepEqual(told(), []);
  });
});

describe('a step whose process is killed', () => {
  const script = join(import.meta.dirname, 'killedStep.ts');
  const kill = (root: string, direction: string, stage: string) => {
    const { signal, stderr } = spawnSync(process.execPath, [script, root, direction, stage], { encoding: 'utf8' });
    assert.equal(signal, 'SIGKILL', stderr);
  };

  for (const stage of ['intended', 'moved', 'edited']) {
    it(`when it has ${stage}: it is taken or not, with its file, and undo knows`, async (context) => {
      const { root, window, told, take } = datasetOf(context, 'a.png', 'b.png', 'c.png');
      await take('First', [exclude('c.png')]);
      kill(root, 'take', stage);
      const isTaken = stage === 'edited';
      const { undo } = await window().history({ root });
      assert.equal(undo?.title, isTaken ? 'Killed' : 'First');
      assert.deepEqual(told(), isTaken ? ['a.png quarantine', 'b.png exclude', 'c.png exclude'] : ['c.png exclude']);
      assert.equal(existsSync(join(root, 'a.png')), !isTaken);
      assert.equal((await window().quarantined({ root })).length, isTaken ? 1 : 0);
      if (!isTaken) await take('Killed', [aside('a.png'), exclude('b.png')]);
      kill(root, 'undo', stage);
      const history = await window().history({ root });
      assert.equal((isTaken ? history.redo : history.undo)?.title, 'Killed');
      assert.equal(existsSync(join(root, 'a.png')), isTaken);
      assert.deepEqual(told().length, isTaken ? 1 : 3);
    });
  }

  it('at any time keeps every file, at the place that its decision says', async (context) => {
    const images = Array.from({ length: 30 }, (_, i) => `${i}.png`);
    const { root, window, told } = datasetOf(context, ...images);
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [script, root, 'forever', images.join()], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'close');
      await once(child.stdout, 'data');
      await sleep(round * 9);
      child.kill('SIGKILL');
      await ended;
      await window().history({ root });
      const aside = new Map((await window().quarantined({ root })).map(({ path, at }) => [path, at]));
      assert.deepEqual(
        told(),
        [...aside.keys()].map((path) => `${path} quarantine`),
      );
      for (const image of images) {
        assert.equal(existsSync(join(root, image)), !aside.has(image), image);
        assert.equal(readFileSync(join(root, aside.get(image) ?? image), 'utf8'), image);
      }
    }
  });

  it('in the middle of a line of the journal loses no step before or after it', async (context) => {
    const { root, window, take } = datasetOf(context, 'a.png', 'b.png');
    await take('One', [exclude('a.png')]);
    appendFileSync(join(root, '.likeness/history.jsonl'), '{"take":{"id":"q","ti');
    await take('Two', [exclude('b.png')]);
    const { steps } = await window().steps(root);
    assert.deepEqual(
      steps.map(({ title }) => title),
      ['One', 'Two'],
    );
  });
});
