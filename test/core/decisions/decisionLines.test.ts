import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linesOf, textOf, withPair } from '../../../src/core/decisions/decisionLines.ts';

const image = (path: string) => ({ path, content: `content of ${path}` });
const at = '2026-01-02T03:04:05.000Z';
const decide = (text: string, first: string, second: string, action: 'same' | 'different' | undefined) =>
  textOf(withPair(linesOf(text), [image(first), image(second)], action, at));
const line = (path: string, action: string, partner?: string) =>
  JSON.stringify({
    path,
    content: `content of ${path}`,
    action,
    ...(partner !== undefined && { with: { path: partner, content: `content of ${partner}` } }),
    at,
  });

describe('decisions about two images', () => {
  it('are one line each, with the keys in order, whichever image is named first', () => {
    const text = decide('', 'b.png', 'a.png', 'same');
    assert.equal(text, `${line('a.png', 'same', 'b.png')}\n`);
    assert.deepEqual(Object.keys(JSON.parse(text) as object), ['path', 'content', 'action', 'with', 'at']);
    assert.equal(decide(text, 'a.png', 'b.png', 'same'), text, 'a second time changes nothing');
  });

  it('come in the order of path, action and partner', () => {
    const pairs = [
      ['b.png', 'c.png', 'same'],
      ['a.png', 'z.png', 'same'],
      ['a.png', 'y.png', 'same'],
      ['a.png', 'x.png', 'different'],
    ] as const;
    const text = pairs.reduce((sum, [first, second, action]) => decide(sum, first, second, action), '');
    assert.deepEqual(text.split('\n'), [
      line('a.png', 'different', 'x.png'),
      line('a.png', 'same', 'y.png'),
      line('a.png', 'same', 'z.png'),
      line('b.png', 'same', 'c.png'),
      '',
    ]);
  });

  it('are taken back without a trace', () => {
    const before = `${line('a.png', 'keep')}\n${line('c.png', 'relabel')}\n`;
    assert.equal(decide(decide(before, 'b.png', 'a.png', 'same'), 'a.png', 'b.png', undefined), before);
    assert.equal(decide(decide('', 'a.png', 'b.png', 'same'), 'a.png', 'b.png', undefined), '');
    assert.equal(
      decide(before, 'a.png', 'b.png', undefined),
      before,
      'nor does taking back what is not there change anything',
    );
  });

  it('replace the opposite of the same pair, also where a person wrote it the other way round', () => {
    assert.equal(
      decide(`${line('b.png', 'different', 'a.png')}\n`, 'a.png', 'b.png', 'same'),
      `${line('a.png', 'same', 'b.png')}\n`,
    );
    const both = `${line('a.png', 'different', 'b.png')}\n${line('b.png', 'same', 'a.png')}\n`;
    assert.equal(decide(both, 'a.png', 'b.png', 'same'), `${line('b.png', 'same', 'a.png')}\n`);
  });

  it('leave what others wrote as it is: comments, half lines, notes, lines that newer versions know', () => {
    const odd = [
      '# written by hand',
      '<<<<<<< ours',
      line('a.png', 'same', 'c.png').replace('"at"', '"note":"cousins","at"'),
      '{"path":"a.png","action":',
      line('b.png', 'untangle'),
      '',
      '{"unknown":true}',
    ];
    const text = decide(odd.join('\n'), 'a.png', 'b.png', 'same');
    assert.deepEqual(
      text.split('\n').filter((one) => one !== line('a.png', 'same', 'b.png')),
      [...odd, ''],
    );
    assert.ok(text.indexOf('"b.png"') < text.indexOf('cousins'));
    assert.equal(decide(text, 'a.png', 'b.png', undefined), `${odd.join('\n')}\n`);
  });
});
