import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatQuantity } from '../../core/progressText.ts';
import type { ImageDecision, StandingDecision, StandingPair } from '../../protocol/decisions.ts';
import type { Command, Invocation } from '../command.ts';
import { folderArgument } from '../paths.ts';
import type { Engine } from '../../engine/engine.ts';
import { reviewDecisions } from './reviewDecisions.ts';
import { relativeToRoot } from '../../engine/store/findRoot.ts';
import { hasWhere, imagesWhere, whereOptions } from '../whereOption.ts';

/** Where the findings are that are no issue, and the images that match. */
const inFolder = {
  type: 'string',
  value: 'FOLDER',
  help: 'the dataset of the findings, or the folder of the images that match; default: this folder',
} as const;
const undo = { type: 'boolean', help: 'take it back' } as const;
const write = { type: 'boolean', help: 'tidy: write the file, instead of telling what would change' } as const;
const renew = {
  type: 'boolean',
  help: 'tidy: what was decided of images that have changed since holds for them as they are now',
} as const;

/** What a review does, scripted: every decision is a line of the dataset's decisions.jsonl. */
export const decideCommand: Command = {
  name: 'decide',
  usage:
    'decide keep|exclude IMAGE…|--where FILTER, relabel CLASS IMAGE…|--where FILTER, same|different IMAGE IMAGE, ignore FINDING… [--in FOLDER] [--undo], or list|history|undo|redo|check|tidy [folder] [--write] [--renew]',
  summary:
    'Keep or exclude images, give them a class, say that two belong together or apart, or that findings are no issue; list, check, undo and redo what was decided.',
  options: { ...whereOptions, in: inFolder, undo, write, renew },
  async run(invocation, engine) {
    const [action, ...rest] = invocation.positionals;
    const incomplete = usage(`Usage: likeness ${this.usage}`);
    if (hasWhere(invocation) && action !== 'keep' && action !== 'exclude' && action !== 'relabel') {
      throw incomplete;
    }
    switch (action) {
      case 'keep':
      case 'exclude':
        if (!namesImages(rest, invocation)) throw incomplete;
        return decide(engine, rest, { action }, invocation);
      case 'relabel': {
        const [value, ...images] = rest;
        if (value === undefined || !namesImages(images, invocation)) throw incomplete;
        return decide(engine, images, { action, value }, invocation);
      }
      case 'same':
      case 'different': {
        const [first, second, ...more] = rest.map((image) => resolve(image));
        if (first === undefined || second === undefined || more.length > 0) throw incomplete;
        const root = engine.decisions.datasetOf(first, resolve('.'));
        const paths = [first, second].map((image) => relativeToRoot(root, image) ?? image) as [string, string];
        await engine.decisions.pair({ root, paths, action: invocation.flag('undo') ? undefined : action });
        const done = invocation.flag('undo') ? 'Nothing is decided of' : `Decided "${action}" of`;
        return { json: { changed: paths }, lines: [`${done} ${paths.join(' and ')}.`] };
      }
      case 'ignore': {
        if (rest.length === 0) throw incomplete;
        const folder = folderArgument(invocation.text('in') ?? '.');
        const changed = await engine.decisions.ignore(folder, rest, invocation.flag('undo'));
        return { json: { changed }, lines: [summary(changed.length, new Set(rest).size, 'finding')] };
      }
      case 'history':
      case 'undo':
      case 'redo':
      case 'check':
      case 'tidy':
        if (rest.length > 1) throw incomplete;
        return reviewDecisions[action](
          engine.decisions,
          engine.decisions.meantRoot(folderArgument(rest[0] ?? '.')),
          invocation,
        );
      case 'list': {
        if (rest.length > 1) throw incomplete;
        const root = engine.decisions.meantRoot(folderArgument(rest[0] ?? '.'));
        const [decisions, pairs] = [await engine.decisions.list({ root }), await engine.decisions.pairs({ root })];
        const lines = [...decisions.map(describe), ...pairs.map(describePair)];
        return { json: { decisions, pairs }, lines: lines.length > 0 ? lines : ['Nothing is decided.'] };
      }
      default:
        throw incomplete;
    }
  },
};

export const tagCommand: Command = {
  name: 'tag',
  usage: 'tag NAME IMAGE…|--where FILTER [--in FOLDER] [--undo]',
  summary: 'Tag images, or take a tag from them.',
  options: { ...whereOptions, in: inFolder, undo },
  run(invocation, engine) {
    const [value, ...images] = invocation.positionals;
    if (value === undefined || !namesImages(images, invocation)) throw usage(`Usage: likeness ${this.usage}`);
    return decide(engine, images, { action: 'tag', value }, invocation);
  },
};

/** They are named one by one, or by what they are. */
function namesImages(images: readonly string[], invocation: Invocation): boolean {
  return hasWhere(invocation) ? images.length === 0 : images.length > 0;
}

/** The dataset is that of the first image; one of another dataset lies outside of it and is refused. */
async function decide(engine: Engine, images: readonly string[], decision: ImageDecision, invocation: Invocation) {
  const matching = await imagesWhere(invocation, engine, folderArgument(invocation.text('in') ?? '.'));
  if (matching) {
    const { root, paths } = matching;
    const { changed } = await engine.decisions.decide({ root, paths, decision, undo: invocation.flag('undo') });
    return { json: { changed }, lines: [summary(changed.length, paths.length, 'image')] };
  }
  const files = images.map((image) => resolve(image));
  const root = engine.decisions.datasetOf(files[0]!, resolve('.'));
  const paths = files.map((file) => relativeToRoot(root, file) ?? file);
  const { changed } = await engine.decisions.decide({ root, paths, decision, undo: invocation.flag('undo') });
  return { json: { changed }, lines: [summary(changed.length, new Set(paths).size, 'image')] };
}

function summary(changed: number, named: number, noun: string): string {
  const rest = named - changed;
  return `${formatQuantity(changed, noun)} changed${rest > 0 ? `, ${formatQuantity(rest, noun)} as before` : ''}.`;
}

function describe({ path, decision, at }: StandingDecision): string {
  const about = 'value' in decision ? decision.value : 'finding' in decision ? `finding ${decision.finding}` : '';
  return `${path === '' ? 'The whole dataset' : path}: ${`${decision.action} ${about}`.trimEnd()} (${at})`;
}

function describePair({ path, with: other, action, at }: StandingPair): string {
  return `${path} and ${other}: ${action} (${at})`;
}
