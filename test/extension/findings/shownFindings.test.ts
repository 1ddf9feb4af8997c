import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { findingKinds } from '../../../src/core/curation/findings.ts';
import { ErrorCode } from '../../../src/core/errors.ts';
import {
  badges,
  findingsMarkdown,
  healthOf,
  lineInReport,
  outcomeText,
  reportName,
} from '../../../src/extension/findings/findingsText.ts';
import { leftOutText } from '../../../src/extension/findings/leftOutText.ts';
import {
  badgeTooltip,
  flaggedImages,
  MOST_IMAGES,
  shownFindings,
} from '../../../src/extension/findings/shownFindings.ts';
import { finding, report, root } from './findingExamples.ts';

const leak = finding('leak', ['test/a.png', 'train/a.png']);
const pair = finding('near-duplicate', ['train/a.png', 'train/b.png']);
const dark = finding('dark', ['train/c.png']);
const small = finding('small-class', []);
const all = report([leak, pair, dark, small]);
const nothingOpen = () => false;

describe('the Problems panel', () => {
  test('lists errors, warnings and what is about classes, unless it is told otherwise', () => {
    for (const wanted of ['visible', 'nonsense']) {
      assert.deepEqual(shownFindings(all, wanted, nothingOpen), [leak, pair, small]);
    }
    assert.deepEqual(shownFindings(all, 'all', nothingOpen), all.findings);
    assert.deepEqual(
      shownFindings(all, 'off', () => true),
      [],
    );
  });

  test('lists what concerns an open image, also one that another finding names', () => {
    const open = (name: string) => (file: string) => file === path.join(root, name);
    assert.ok(shownFindings(all, 'visible', open('train/c.png')).includes(dark));
    const scene = finding('same-scene', ['train/x.png', 'train/y.png']);
    assert.deepEqual(shownFindings(report([scene]), 'visible', open('train/y.png')), [scene]);
    assert.deepEqual(shownFindings(report([scene]), 'visible', open('train/z.png')), []);
  });

  test('ends with so many images, each with all that is wrong with it', () => {
    const many = Array.from({ length: MOST_IMAGES + 20 }, (_, i) => finding('label-issue', [`${i}.png`]));
    const again = finding('exact-duplicate', ['3.png', 'copy.png']);
    const shown = shownFindings(report([...many, again]), 'visible', nothingOpen);
    assert.deepEqual(shown, [...many.slice(0, MOST_IMAGES), again]);
  });
});

describe('badges', () => {
  test('tell the worst that an image has a part in, whatever comes first', () => {
    const flagged = flaggedImages([report([dark, pair, leak])]);
    const image = flagged.get(path.join(root, 'train/a.png'))!;
    assert.equal(image.finding, leak);
    assert.equal(badgeTooltip(image), 'test/a.png: leak of test/a.png. (and 1 more)');
    assert.equal(badgeTooltip(flagged.get(path.join(root, 'train/c.png'))!), 'dark of train/c.png.');
    assert.equal(flagged.size, 4);
    assert.equal(flaggedImages([report([small])]).size, 0);
  });

  test('are one letter a kind', () => {
    const letters = findingKinds.map((kind) => badges[kind]);
    assert.equal(new Set(letters).size, findingKinds.length);
    assert.ok(letters.every((letter) => /^[A-Z]$/.test(letter)));
  });
});

test('what is said of a check: how many findings, how bad, and what was accepted', () => {
  assert.equal(outcomeText(all), 'pets: 4 findings, 1 error, 1 warning.');
  assert.equal(outcomeText(report([dark])), 'pets: 1 finding.');
  assert.equal(outcomeText(report([])), 'pets: nothing to decide in 1,988 images.');
  assert.match(outcomeText(report([], { accepted: 3 })), /; 3 accepted before\.$/);
});

test('the status bar sums up what was checked, and says nothing before', () => {
  assert.equal(healthOf([]), undefined);
  assert.equal(healthOf([report([dark])])?.text, '$(check) Likeness: 1,988 images');
  const reopened = healthOf([report([dark])], new Set([root]));
  assert.equal(reopened?.text, '$(question) Likeness: check again', 'what was found nothing of may be there again');
  assert.match(reopened.tooltip, /Decisions have changed since/);
  const both = healthOf([all, report([leak], { root: path.resolve('/data/cars') })]);
  assert.equal(both?.text, '$(warning) Likeness: 2 errors, 1 warning');
  assert.match(both.tooltip, /pets: 4 findings[^]*cars: 1 finding, 1 error\./);
});

test('what was left out of a step is told by its number and the reason of the first', () => {
  const gone = { path: 'a.png', message: "/data/a.png doesn't exist; check the path." };
  assert.equal(leftOutText([]), undefined);
  assert.equal(leftOutText([gone]), `1 file was left out: ${gone.message}`);
  assert.equal(leftOutText([gone, gone]), `2 files were left out, for one: ${gone.message}`);
});

test('two datasets of the same name have a report each; what could not be told comes first', () => {
  assert.notEqual(reportName(root), reportName(path.resolve('/other/pets')));
  assert.match(reportName(root), /^data\/pets\/Findings in pets$/);
  const text = findingsMarkdown(
    report([leak], { notices: [{ code: ErrorCode.InvalidConfig, message: 'A table is missing.' }] }),
  );
  assert.equal(
    lineInReport(text, leak),
    text.split('\n').findIndex((line) => line.startsWith('- ')),
  );
  assert.equal(lineInReport(text, dark), 0, 'not in this one');
  assert.match(text, /^> A table is missing\.\n\n## 1 finding in 1,988 images\n/);
});
