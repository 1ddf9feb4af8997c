import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stepTitle, type TitledDecision } from '../../../src/core/decisions/stepTitles.ts';

const of = (decision: TitledDecision['decision'], ...paths: readonly string[]): TitledDecision => ({ paths, decision });
const back = (decision: TitledDecision['decision'], ...paths: readonly string[]): TitledDecision => ({
  ...{ paths, decision },
  undo: true,
});
const [keep, exclude, aside] = (['keep', 'exclude', 'quarantine'] as const).map((action) => ({ action }));
const relabel = (value: string) => ({ action: 'relabel', value }) as const;
const tag = (value: string) => ({ action: 'tag', value }) as const;
const ignore = (finding: string) => ({ action: 'ignore', finding }) as const;

describe('the title of a step', () => {
  it('says what is done with how many images', () => {
    assert.equal(stepTitle([of(exclude!, 'a', 'b')]), 'Exclude 2 images');
    assert.equal(stepTitle([of(aside!, 'a')]), 'Set 1 image aside');
    assert.equal(stepTitle([of(tag('odd'), 'a')]), 'Tag 1 image "odd"');
    assert.equal(stepTitle([of(relabel('hat'), 'a', 'b')]), 'Relabel 2 images as "hat"');
    assert.equal(stepTitle([of(ignore('f'), '')]), 'Call 1 finding no issue');
  });

  it('says what is taken back', () => {
    assert.equal(stepTitle([back(exclude!, 'a', 'b')]), 'Include 2 images again');
    assert.equal(stepTitle([back(aside!, 'a')]), 'Bring 1 image back');
    assert.equal(stepTitle([back(keep!, 'a')]), 'Take back that 1 image is kept');
    assert.equal(stepTitle([back(relabel('hat'), 'a')]), 'Take back the class of 1 image');
    assert.equal(stepTitle([back(tag('odd'), 'a')]), 'Take the tag "odd" from 1 image');
    assert.equal(stepTitle([back(ignore('f'), 'a'), back(ignore('g'), 'a')]), 'Call 2 findings an issue again');
  });

  it('names each kind of decision once, with all its images', () => {
    assert.equal(stepTitle([of(keep!, 'a'), of(exclude!, 'b', 'c')]), 'Keep 1 image and exclude 2 images');
    assert.equal(
      stepTitle([of(keep!, 'a'), of(tag('x'), 'a'), of(exclude!, 'b'), of(exclude!, 'b', 'c'), of(tag('y'), 'c')]),
      'Keep 1 image, tag 1 image "x", exclude 2 images and tag 1 image "y"',
    );
    assert.equal(stepTitle([of(relabel('hat'), 'a'), of(relabel('cap'), 'b', 'c')]), 'Relabel 3 images');
    assert.equal(stepTitle([of(ignore('f'), 'a'), of(ignore('g'), '')]), 'Call 2 findings no issue');
    assert.equal(stepTitle([]), '');
  });
});
