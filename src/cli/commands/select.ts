import { resolve } from 'node:path';
import { selectionMethods, type SelectionMethod } from '../../core/curation/selection/selection.ts';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { SelectReport } from '../../protocol/selection.ts';
import { countOption, seedOption, type Command } from '../command.ts';
import { readImageList } from '../imageList.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';

/** Paths shown to a person where they go to a file anyway. */
const SHOWN = 10;

export const selectCommand: Command = {
  name: 'select',
  usage: 'select [folder] -n N [--method METHOD] [--balanced] [--to-label] [--fixed FILE] [--tag NAME] [--out FILE]',
  summary: 'Choose images that stand for all of a folder, such as those to label first; copies are never chosen twice.',
  options: {
    n: { type: 'string', short: 'n', value: 'N', help: 'how many' },
    method: {
      type: 'string',
      value: 'METHOD',
      help: 'facility-location (default): every image has a similar one among the chosen; k-centre: no image is far from all of the chosen, odd ones come first; typicality: the most typical of as many clusters; random',
    },
    ...whereOptions,
    balanced: { type: 'boolean', help: 'equal numbers of each class, as far as there are so many' },
    'to-label': {
      type: 'boolean',
      help: 'only images without a label, those first that tell most next to the labelled ones: where these disagree',
    },
    fixed: {
      type: 'string',
      value: 'FILE',
      help: 'images that are chosen already and go with the new ones: a text file with a path a line; -: standard input',
    },
    'fixed-tag': { type: 'string', multiple: true, value: 'NAME', help: 'the same of images with this tag' },
    seed: { type: 'string', value: 'N', help: 'another choice of random and typicality (default 0)' },
    encoder: { type: 'string', short: 'e', value: 'ID|FILE.onnx', help: 'compare by this encoder' },
    tag: { type: 'string', value: 'NAME', help: 'tag the chosen images' },
    out: {
      type: 'string',
      value: 'FILE',
      help: 'write the paths to this text file, which "train … --images FILE" takes',
    },
    force: { type: 'boolean', help: 'replace the file of --out where it exists' },
  },
  async run(invocation, engine, job) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`select takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    if (invocation.text('n') === undefined)
      throw usage(`-n says how many images to choose.\nUsage: likeness ${this.usage}`);
    const count = countOption(invocation, 'n', 1);
    const method = methodOf(invocation.text('method'));
    const encoder = encoderArgument(invocation.text('encoder'));
    const [fixed, tag, out] = [invocation.text('fixed'), invocation.text('tag'), invocation.text('out')];
    const fixedTags = invocation.texts('fixed-tag');
    const matching = await imagesWhere(invocation, engine, folder, job);
    const report = await engine.curation.select(
      {
        folder,
        count,
        balanced: invocation.flag('balanced'),
        seed: seedOption(invocation),
        ...(matching && { images: matching.paths }),
        ...(method !== undefined && { method }),
        ...(fixed !== undefined && { fixed: await readImageList(fixed, engine.rootOf(folder)) }),
        ...(fixedTags.length > 0 && { fixedTags }),
        ...(invocation.flag('to-label') && { toLabel: true }),
        ...(encoder !== undefined && { encoder }),
        ...(tag !== undefined && { tag }),
        ...(out !== undefined && { out: { file: resolve(out), replace: invocation.flag('force') } }),
      },
      job,
    );
    const { notices, ...json } = report;
    return { json, lines: describe(report, tag), notes: notices.map(({ message }) => message) };
  },
};

function methodOf(text: string | undefined): SelectionMethod | undefined {
  const method = selectionMethods.find((known) => known === text);
  if (text !== undefined && method === undefined) {
    throw usage(`There is no method "${text}" of selection; there are ${selectionMethods.join(', ')}.`);
  }
  return method;
}

function describe(
  { paths, method, encoder, candidates, copies, fixed, labelled, classes, out }: SelectReport,
  tag?: string,
) {
  const left = [
    ...(copies > 0 ? [`${formatCount(copies)} ${copies === 1 ? 'copy' : 'copies'} left out`] : []),
    ...(labelled > 0 ? [`to go with ${formatCount(labelled)} labelled`] : []),
    ...(fixed > 0 ? [`${formatCount(fixed)} chosen before`] : []),
  ];
  const shown = out === undefined ? paths : paths.slice(0, SHOWN);
  const hidden = paths.length - shown.length;
  return [
    `${formatCount(paths.length)} of ${formatQuantity(candidates, 'image')} chosen (${[method, encoder.id, ...left].join(', ')})`,
    ...(classes.length > 0
      ? [`  ${classes.map(({ name, count }) => `${name} ${formatCount(count)}`).join(', ')}`]
      : []),
    ...shown,
    ...(hidden > 0 ? [`… and ${formatCount(hidden)} more`] : []),
    ...(tag === undefined ? [] : [`Tagged "${tag.trim()}".`]),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
  ];
}
