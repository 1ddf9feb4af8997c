import { resolve } from 'node:path';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { LabelMethod, LabelReport, LabelWords } from '../../protocol/labels.ts';
import { countOption, type Command, type Invocation } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';
import { wordList } from '../wordList.ts';

/** Proposals shown to a person; `--json` and `--out` have them all. */
const MAX_PROPOSALS_SHOWN = 20;
/** Shares of the held-out images at which a person is told the precision. */
const COVERAGES_SHOWN = [0.25, 0.5, 0.75, 1];

export const labelCommand: Command = {
  name: 'label',
  usage:
    'label [folder] [--method linear|neighbors|propagation|classifier|words] [--precision 0.95] [--cap N] [--out FILE.csv]',
  summary:
    'Propose labels for the images that have none, by those that have one. Labels themselves are never changed: proposals are printed, and written to a file of their own.',
  options: {
    in: { type: 'string', value: 'FOLDER', help: 'only for images below this folder; the labels are those of all' },
    ...whereOptions,
    encoder: {
      type: 'string',
      short: 'e',
      value: 'ID|FILE.onnx',
      help: 'compare by this encoder (default: the one indexed with); of classifier also a RUN (default: the newest)',
    },
    method: {
      type: 'string',
      value: 'METHOD',
      help: 'linear (default): a linear classifier of the vectors and labelled neighbours, each by what it has turned out to be worth; neighbors: these alone vote; propagation: labels spread over a graph of all images; classifier: a fine-tuned encoder, checked with labels that it has not seen; words: the name of a class that fits best, which needs no labels',
    },
    k: {
      type: 'string',
      short: 'k',
      value: 'N',
      help: 'neighbours that vote (default 20), or in the graph (10); not of classifier',
    },
    words: {
      type: 'string',
      value: 'NAME,…|FILE',
      help: 'of words: the names of the classes, or a text file with one a line; means --method words',
    },
    template: {
      type: 'string',
      multiple: true,
      value: 'TEXT',
      help: 'of words: what says that an image shows a class, with {} for its name; repeatable (default "a photo of a {}" and the like)',
    },
    precision: {
      type: 'string',
      value: 'SHARE',
      help: 'how many of the proposals must be right, as held-out labels show (default 0.95)',
    },
    cap: { type: 'string', value: 'N', help: 'at most so many proposals per class' },
    balanced: { type: 'boolean', help: 'no more proposals for a class than for the one with the fewest' },
    out: { type: 'string', value: 'FILE.csv', help: 'write path, label and confidence to this file' },
    force: { type: 'boolean', help: 'replace the file of --out where it exists' },
  },
  async run(invocation, engine, job) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`label takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    const part = invocation.text('in');
    const below = part === undefined ? undefined : folderArgument(part);
    const encoder = encoderArgument(invocation.text('encoder'));
    const out = invocation.text('out');
    const words = await wordsOption(invocation);
    const method = invocation.text('method') ?? (words === undefined ? undefined : 'words');
    const matching = await imagesWhere(invocation, engine, below ?? folder, job);
    const report = await engine.label(
      {
        folder,
        precision: precisionOption(invocation),
        balanced: invocation.flag('balanced'),
        ...(below !== undefined && { below }),
        ...(matching && { images: matching.paths }),
        ...(encoder !== undefined && { encoder }),
        ...(method !== undefined && { method: method as LabelMethod }),
        ...(words !== undefined && { words }),
        ...(invocation.text('k') !== undefined && { neighbors: countOption(invocation, 'k', 1) }),
        ...(invocation.text('cap') !== undefined && { cap: countOption(invocation, 'cap', 1) }),
        ...(out !== undefined && { out: { file: resolve(out), replace: invocation.flag('force') } }),
      },
      job,
    );
    const { notices, ...json } = report;
    return { json, lines: describe(report), notes: notices.map(({ message }) => message) };
  },
};

/** Names of classes as typed: a list with commas, or a file of them. */
async function wordsOption(invocation: Invocation): Promise<LabelWords | undefined> {
  const given = invocation.text('words');
  const templates = invocation.texts('template');
  if (given === undefined) {
    if (templates.length > 0) throw usage('--template is for --words.');
    return undefined;
  }
  return { names: await wordList(given), ...(templates.length > 0 && { templates }) };
}

function precisionOption(invocation: Invocation): number {
  const text = invocation.text('precision') ?? '0.95';
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1)) {
    throw usage(`--precision takes a number above 0 and below 1, not "${text}".`);
  }
  return value;
}

function describe(report: LabelReport): string[] {
  const { proposals, unlabelled, labelled, classes, encoder, method, neighbors, heldOut, withheld, out } = report;
  const hidden = proposals.length - MAX_PROPOSALS_SHOWN;
  const reasons = [
    [withheld.unsure, 'not sure enough'],
    [withheld.unlike, 'unlike all labelled images'],
    [withheld.capped, 'above the cap'],
  ] as const;
  const left = reasons.filter(([count]) => count > 0).map(([count, reason]) => `${formatCount(count)} ${reason}`);
  const how = {
    linear: `a linear classifier and ${neighbors} neighbours`,
    neighbors: `${neighbors} neighbours`,
    propagation: `propagation over ${neighbors} neighbours`,
    classifier: 'classifier',
    words: 'words',
  }[method];
  const learnt = classes.filter((one) => one.labelled > 0).length;
  return [
    `${formatQuantity(proposals.length, 'label')} proposed for ${formatQuantity(unlabelled, 'unlabelled image')}, ${method === 'words' ? 'checked with' : 'learnt from'} ${formatQuantity(labelled, 'labelled image')} of ${learnt} classes (${how}, ${encoder.id})`,
    ...(left.length > 0 ? [`  without a proposal: ${left.join(', ')}`] : []),
    ...(heldOut.images > 0
      ? [
          `  of ${formatQuantity(heldOut.images, 'held-out image')} ${percent(heldOut.correct / heldOut.images)} are guessed right${curveText(report)}`,
        ]
      : []),
    ...classes
      .filter(({ proposed }) => proposed > 0)
      .map(
        ({ label, proposed, threshold }) =>
          `  ${label}: ${formatCount(proposed)}${threshold === null ? '' : `, confidence ${threshold.toFixed(3)} or more`}`,
      ),
    ...proposals
      .slice(0, MAX_PROPOSALS_SHOWN)
      .map(({ path, label, confidence }) => `${confidence.toFixed(4)}  ${label}  ${path}`),
    ...(hidden > 0 ? [`… and ${formatCount(hidden)} more; --out FILE.csv or --json has them all`] : []),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
  ];
}

/** "; of the surest 25 % 98.0 %, 50 % 93.1 %" */
function curveText({ curve }: LabelReport): string {
  const parts = COVERAGES_SHOWN.flatMap((wanted) => {
    const point = curve.findLast(({ coverage }) => coverage <= wanted);
    return point === undefined || wanted === 1 ? [] : [`${percent(point.coverage)} ${percent(point.precision)}`];
  });
  return parts.length === 0 ? '' : `; of the surest ${parts.join(', ')}`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(0)} %`;
}
