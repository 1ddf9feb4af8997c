import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  linesOf,
  textOf,
  withEachOfImages,
  withImages,
  withPair,
  type ImageChoice,
  type ImagesDecided,
} from '../../../src/core/decisions/decisionLines.ts';
import { formatDecision, parseDecision, parseDecisions } from '../../../src/core/decisions/decisions.ts';

const at = '2026-01-02T03:04:05.000Z';
const image = (path: string, content = `content of ${path}`) => ({ path, content });
const decide = (text: string, paths: readonly string[], choice: ImageChoice, undo = false) =>
  textOf(
    withImages(
      linesOf(text),
      paths.map((path) => image(path)),
      choice,
      { undo, at },
    ),
  );
const told = (text: string) => parseDecisions(text).map(({ path, action, value }) => [path, action, value]);

describe('decisions about single images', () => {
  it('are one line per image and kind, sorted, with the keys in order', () => {
    const excluded = decide('', ['b.png', 'a.png'], { action: 'exclude' });
    const both = decide(excluded, ['a.png'], { action: 'relabel', value: 'cat' });
    assert.deepEqual(told(both), [
      ['a.png', 'exclude', undefined],
      ['a.png', 'relabel', 'cat'],
      ['b.png', 'exclude', undefined],
    ]);
    assert.deepEqual(Object.keys(JSON.parse(both.split('\n')[1]!) as object), [
      'path',
      'content',
      'action',
      'value',
      'at',
    ]);
  });

  it('replace what they contradict: another class, or that an image is kept', () => {
    const cat = decide('', ['a.png'], { action: 'relabel', value: 'cat' });
    assert.deepEqual(told(decide(cat, ['a.png'], { action: 'relabel', value: 'dog' })), [['a.png', 'relabel', 'dog']]);
    const kept = `${formatDecision({ ...image('a.png'), action: 'keep', at })}\n`;
    assert.deepEqual(told(decide(kept, ['a.png'], { action: 'exclude' })), [['a.png', 'exclude', undefined]]);
  });

  it('change nothing where they stand already, and keep their note and time', () => {
    const line = formatDecision({ ...image('a.png'), action: 'tag', value: 'blurry', note: 'see?', at: '2025' });
    assert.equal(decide(`${line}\n`, ['a.png'], { action: 'tag', value: 'blurry' }), `${line}\n`);
  });

  it('are made anew where the picture is another one by now', () => {
    const line = formatDecision({ ...image('a.png', 'old bytes'), action: 'exclude', at: '2025' });
    const text = decide(`${line}\n`, ['a.png'], { action: 'exclude' });
    assert.deepEqual(
      parseDecisions(text).map(({ content }) => content),
      ['content of a.png'],
    );
  });

  it('of tags: several per image, each taken back by itself', () => {
    const two = decide(decide('', ['a.png'], { action: 'tag', value: 'x' }), ['a.png'], { action: 'tag', value: 'b' });
    assert.deepEqual(told(two), [
      ['a.png', 'tag', 'b'],
      ['a.png', 'tag', 'x'],
    ]);
    assert.deepEqual(told(decide(two, ['a.png'], { action: 'tag', value: 'x' }, true)), [['a.png', 'tag', 'b']]);
  });

  it('of findings that are no issue: a line for each, sorted by finding, taken back by itself', () => {
    const ignore = (text: string, finding: string, undo = false) =>
      decide(text, ['a.png'], { action: 'ignore', finding }, undo);
    const findings = (text: string) => parseDecisions(text).map(({ finding }) => finding);
    const two = ignore(ignore('', 'f2'), 'f1');
    assert.deepEqual(findings(two), ['f1', 'f2']);
    assert.deepEqual(Object.keys(JSON.parse(two.split('\n')[0]!) as object), [
      ...['path', 'content', 'action', 'finding', 'at'],
    ]);
    assert.equal(ignore(two, 'f2'), two, 'a second time changes nothing');
    assert.deepEqual(findings(ignore(two, 'f1', true)), ['f2']);
    assert.equal(ignore(decide(two, ['a.png'], { action: 'exclude' }), 'f3', true).split('\n').length, 4);
  });

  it('are taken back without a trace, beside lines of another kind and lines that make no sense', () => {
    const pair = textOf(withPair([], [image('a.png'), image('b.png')], 'same', at));
    const before = `// by hand\n${pair}<<<<<<< ours\n{"path":"a.png","action":"fold","at":"later"}\n`;
    const decided = decide(before, ['a.png', 'z.png'], { action: 'exclude' });
    assert.equal(told(decided).length, 3);
    assert.equal(decide(decided, ['z.png', 'a.png'], { action: 'exclude' }, true), before);
  });
});

describe('a line of decisions.jsonl', () => {
  it('says the same again when it is written', () => {
    const line = `{"path":"a.png","content":"f0","action":"same","with":{"path":"b.png","content":"f1"},"finding":"7","note":"n","at":"${at}"}`;
    assert.equal(formatDecision(parseDecision(line)!), line);
  });

  it('is none where it names no image or no action that there is', () => {
    for (const line of [
      '',
      '[]',
      'null',
      '{"path":1,"action":"tag"}',
      '{"path":"a.png","action":"fold"}',
      '{"path":',
    ]) {
      assert.equal(parseDecision(line), undefined, line);
    }
  });
});

describe('several decisions of one step', () => {
  const choices: readonly ImageChoice[] = [
    { action: 'keep' },
    { action: 'exclude' },
    { action: 'relabel', value: 'cat' },
    { action: 'tag', value: 'odd' },
    { action: 'ignore', finding: 'f1' },
  ];

  it('are what they are one after the other, those of the same images too', () => {
    const some = (i: number, of: number) => Math.floor(Math.abs(Math.sin(i) * 1e4)) % of;
    const standing = decide(decide('', ['a.png', 'c.png'], choices[0]!), ['b.png', 'c.png'], choices[3]!);
    const before = linesOf(`no decision\n${standing}`);
    for (let seed = 0; seed < 200; seed++) {
      const parts = Array.from({ length: 6 }, (_, i): ImagesDecided => {
        const [choice, path] = [some(seed * 31 + i, 5), some(seed * 17 + i, 4)];
        const images = [`${'abcd'[path]}.png`, ...(i % 2 === 0 ? ['d.png'] : [])].map((name) => image(name));
        const answers = i % 3 === 0 ? undefined : `f${some(seed + i, 3)}`;
        return { images, choice: choices[choice]!, undo: some(seed * 7 + i, 4) === 0, answers };
      });
      const expected = parts.reduce<ReturnType<typeof withImages>>((lines, { images, choice, undo, answers }) => {
        return withImages(lines, images, choice, { undo, at, ...(answers !== undefined && { answers }) });
      }, before);
      assert.equal(textOf(withEachOfImages(before, parts, at)), textOf(expected), JSON.stringify(parts));
    }
    assert.equal(withEachOfImages(before, [], at), before, 'nothing changes');
  });

  it('take a moment where there are thousands', () => {
    const parts = Array.from({ length: 10_000 }, (_, i): ImagesDecided => {
      return { images: [image(`${i}.png`)], choice: choices[0]!, undo: false, answers: `f${i}` };
    });
    const startedAt = performance.now();
    assert.equal(withEachOfImages([], parts, at).length, parts.length);
    assert.ok(performance.now() - startedAt < 2000, 'one pass for each of them takes longer');
  });
});
