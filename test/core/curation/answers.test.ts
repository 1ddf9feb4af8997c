import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answersOf, goneBy, isAnswered } from '../../../src/core/curation/answers.ts';
import type { Finding } from '../../../src/core/curation/findings.ts';
import {
  bestOf,
  decisionsFor,
  firstFocus,
  imagesToGo,
  isOffered,
  suggestedAction,
} from '../../../src/core/curation/reviewSteps.ts';
import type { Decision } from '../../../src/core/decisions/decisions.ts';

const CHECKED = Date.parse('2026-05-01T12:00:00.000Z');
const [BEFORE, AFTER] = ['2026-05-01T11:00:00.000Z', '2026-05-01T13:00:00.000Z'];

function finding(id: string, kind: Finding['kind'], ...paths: string[]): Finding {
  const [path = '', ...others] = paths;
  return {
    ...{ id, kind, severity: 'info', path, score: 0, message: '' },
    related: others.map((other) => ({ path: other })),
  };
}

const pair = finding('pair', 'near-duplicate', 'a', 'b');
const scene = finding('scene', 'same-scene', 'c', 'd');
const label = finding('label', 'label-issue', 'a');
const dark = finding('dark', 'dark', 'b');
const small = finding('small', 'small-class');
const three = finding('three', 'exact-duplicate', 'e', 'f', 'g');
const twice = finding('twice', 'label-issue', 'h', 'i');
const leak: Finding = { ...finding('leak', 'leak', 'j', 'k', 'l'), measured: ['j'] };
const all = [pair, scene, label, dark, small, three, twice, leak];

function answered(...lines: (Partial<Decision> & Pick<Decision, 'action'>)[]): Record<string, string> {
  const decisions = lines.map((line): Decision => ({ path: '', content: '', at: AFTER, ...line }));
  const answers = answersOf(all, decisions, CHECKED);
  return Object.fromEntries(
    [...answers].map(([id, answer]) => {
      const { action, paths, gone = [] } = answer;
      const open = isAnswered(answer) ? [] : [`without ${gone.join(' ')}`];
      return [id, [action, ...paths, ...open].join(' ')];
    }),
  );
}

describe('a finding is answered', () => {
  it('by what names it', () => {
    assert.deepEqual(answered({ action: 'ignore', finding: 'small' }), { small: 'ignore' });
    assert.deepEqual(answered({ action: 'keep', path: 'b', finding: 'dark' }), { dark: 'keep b' });
    assert.deepEqual(answered({ action: 'ignore', finding: 'another' }, { action: 'tag', path: 'a' }), {});
  });

  it('by what takes one of its images out, and with it all others that the image has a part in', () => {
    assert.deepEqual(answered({ action: 'exclude', path: 'b' }), { pair: 'exclude b', dark: 'exclude b' });
    assert.deepEqual(answered({ action: 'quarantine', path: 'a' }), { pair: 'quarantine a', label: 'quarantine a' });
  });

  it('by another class that its image was given since, not by one that the check knew', () => {
    assert.deepEqual(answered({ action: 'relabel', path: 'a', value: 'hat' }), { label: 'relabel a' });
    assert.deepEqual(answered({ action: 'relabel', path: 'a', value: 'hat', at: BEFORE }), {});
    assert.deepEqual(answered({ action: 'relabel', path: 'b', value: 'hat' }), {}, 'its darkness is another matter');
  });

  it('by what was said of its two images', () => {
    const different = { action: 'different', path: 'd', with: { path: 'c', content: '' } } as const;
    assert.deepEqual(answered(different), { scene: 'different d' });
    assert.deepEqual(answered({ ...different, path: 'a' }), {});
  });

  it('by exclusion only where what is left is no finding any more', () => {
    const exclude = (path: string, id?: string) =>
      ({ action: 'exclude', path, ...(id !== undefined && { finding: id }) }) as const;
    assert.deepEqual(answered(exclude('e', 'three')), { three: 'exclude e without e' }, 'two copies are left');
    assert.deepEqual(answered(exclude('e', 'three'), exclude('g')), { three: 'exclude e g' });
    assert.deepEqual(answered(exclude('h')), { twice: 'exclude h without h' }, 'its copy has the same label');
    assert.deepEqual(answered(exclude('h'), exclude('i')), { twice: 'exclude h i' });
    // Classes are of a content, which both have.
    const relabel = { action: 'relabel', path: 'i', value: 'hat' } as const;
    assert.deepEqual(answered(exclude('h'), relabel), { twice: 'exclude h' });
    assert.deepEqual(answered(exclude('k')), { leak: 'exclude k without k' });
    assert.deepEqual(answered(exclude('j')), { leak: 'exclude j' }, 'nothing is left that is measured on');
    const ignore = { action: 'ignore', path: 'e', finding: 'three' } as const;
    assert.deepEqual(answered(exclude('f'), ignore), { three: 'exclude f' }, 'what is left is no issue');
  });

  it('and is told by what changes most, with all images that it was decided of', () => {
    const keep = { action: 'keep', path: 'a', finding: 'pair' } as const;
    assert.deepEqual(answered(keep, { action: 'exclude', path: 'b', finding: 'pair' }), {
      pair: 'exclude b',
      dark: 'exclude b',
    });
    assert.deepEqual(answered(keep, { ...keep, path: 'b' }), { pair: 'keep a b' });
  });
});

it('an answer tells what is out, whether it leaves anything open or not', () => {
  assert.deepEqual(goneBy({ action: 'exclude', paths: ['a'] }), ['a']);
  assert.deepEqual(goneBy({ action: 'exclude', paths: ['a'], gone: ['a', 'b'] }), ['a', 'b']);
  assert.deepEqual([goneBy({ action: 'keep', paths: ['a'] }), goneBy(undefined)], [[], []]);
});

describe('a key', () => {
  const group = finding('group', 'exact-duplicate', 'best', 'b', 'c');
  const of = (action: Parameters<typeof decisionsFor>[0], label?: string, focused = 'b') =>
    decisionsFor(action, group, focused, label);

  it('keeps the best of copies, or another one, and excludes the rest', () => {
    assert.deepEqual(of('keepBest'), [
      { action: 'keep', paths: ['best'] },
      { action: 'exclude', paths: ['b', 'c'] },
    ]);
    assert.deepEqual(of('keepOne')[1], { action: 'exclude', paths: ['best', 'c'] });
  });

  it('is about the image that is looked at, at first the copy that may go', () => {
    assert.equal(firstFocus(group), 'b');
    assert.equal(firstFocus(label), 'a');
    assert.deepEqual(of('exclude'), [{ action: 'exclude', paths: ['b'] }]);
    assert.deepEqual(of('quarantine', undefined, 'c'), [{ action: 'quarantine', paths: ['c'] }]);
    assert.deepEqual(of('relabel', 'hat'), [{ action: 'relabel', paths: ['b'], value: 'hat' }]);
    assert.deepEqual(of('relabel'), [], 'without a class');
  });

  it('does what the finding itself suggests, if anything', () => {
    assert.equal(suggestedAction(group), 'keepBest');
    assert.equal(suggestedAction(leak), 'keepBest');
    assert.equal(suggestedAction({ ...twice, suggested: 'hat' }), 'relabel');
    assert.equal(suggestedAction(scene), undefined, 'both may stay');
    assert.ok(isOffered('keepBest', scene));
  });

  it('leaves out what is out, and keeps one of the images that are left', () => {
    const without = (action: 'keepBest' | 'keepOne', ...gone: string[]) =>
      decisionsFor(action, group, 'c', undefined, gone).map(({ action, paths }) => [action, ...paths].join(' '));
    assert.deepEqual(without('keepBest', 'best'), ['keep b', 'exclude c']);
    assert.deepEqual(without('keepBest', 'b'), ['keep best', 'exclude c']);
    assert.deepEqual(without('keepBest', 'best', 'b'), ['keep c'], 'the last one stays');
    assert.deepEqual(without('keepBest', 'best', 'b', 'c'), []);
    assert.deepEqual(without('keepOne', 'b'), ['keep c', 'exclude best']);
    assert.deepEqual([imagesToGo(group), imagesToGo(group, ['best'])], [['b', 'c'], ['c']]);
    assert.deepEqual([imagesToGo(group, ['best', 'b']), firstFocus(group, ['best'])], [[], 'c']);
    assert.equal(suggestedAction(group, ['best']), 'keepBest');
    assert.equal(suggestedAction(group, ['best', 'b', 'c']), undefined);
    const [best, held] = [{ path: 'k' }, { ...leak, measured: ['j'] }];
    assert.equal(bestOf({ ...held, best }, ['k']), 'l', 'rather one that is trained on');
    assert.deepEqual(imagesToGo({ ...held, measured: ['j', 'l'], best }, ['k']), [], 'it is no leak any more');
  });

  it('keeps all images of a finding, or says that it is none', () => {
    assert.deepEqual(of('keep'), [{ action: 'keep', paths: ['best', 'b', 'c'] }]);
    assert.deepEqual(of('ignore'), [{ action: 'ignore', paths: ['best'] }]);
  });

  it('is offered where it means something', () => {
    assert.ok(isOffered('different', pair) && isOffered('same', scene));
    assert.ok(!isOffered('same', group) && !isOffered('same', dark) && !isOffered('keepBest', dark));
    assert.ok(isOffered('ignore', small) && !isOffered('exclude', small) && !isOffered('keep', small));
    assert.ok(!isOffered('relabel', finding('x', 'unreadable', 'a')));
    assert.ok(!isOffered('keepBest', twice) && !isOffered('keepOne', twice) && !isOffered('different', twice));
    assert.ok(
      !isOffered('same', finding('x', 'leak', 'a', 'b')) && isOffered('different', finding('x', 'leak', 'a', 'b')),
    );
  });
});
