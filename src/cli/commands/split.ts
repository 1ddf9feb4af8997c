import { resolve } from 'node:path';
import { splitNames, type SplitShares } from '../../core/curation/splitting/assignSplits.ts';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { ClassSplit, SplitReport } from '../../protocol/selection.ts';
import { seedOption, type Command, type Invocation } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';
import { imagesWhere, whereOptions } from '../whereOption.ts';

const USUAL: SplitShares = { train: 0.8, validation: 0.1, test: 0.1 };
/** Classes shown to a person; `--json` has them all. */
const SHOWN = 40;

export const splitCommand: Command = {
  name: 'split',
  usage:
    'split [folder] [--train 0.8] [--validation 0.1] [--test 0.1] [--where FILTER] [--all] [--out FILE.csv] [--apply]',
  summary:
    'Split images for training, validation and test, with copies together and classes in balance. Shows what it would do, unless told to write it.',
  options: {
    train: {
      type: 'string',
      value: 'SHARE',
      help: 'of all images, or of those that match (default 0.8; 0 where another share is given)',
    },
    validation: { type: 'string', value: 'SHARE', help: 'the same (0.1)' },
    test: { type: 'string', value: 'SHARE', help: 'the same (0.1)' },
    where: {
      ...whereOptions.where,
      help: `${whereOptions.where.help}; all others keep the split that they have, copies go together`,
    },
    view: whereOptions.view,
    all: { type: 'boolean', help: 'assign those anew that have a split by their folder or the configuration' },
    seed: { type: 'string', value: 'N', help: 'another split of the same shares (default 0)' },
    encoder: { type: 'string', short: 'e', value: 'ID|FILE.onnx', help: 'look for copies by this encoder' },
    out: { type: 'string', value: 'FILE.csv', help: 'write path and split to this file' },
    force: { type: 'boolean', help: 'replace the file of --out where it exists' },
    apply: {
      type: 'boolean',
      help: 'make it the split of the data set: patterns in .likeness/config.json, or for many images a table that it names',
    },
  },
  async run(invocation, engine, job) {
    const [named = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`split takes one folder.\nUsage: likeness ${this.usage}`);
    const folder = folderArgument(named);
    const shares = sharesOf(invocation);
    const encoder = encoderArgument(invocation.text('encoder'));
    const out = invocation.text('out');
    const matching = await imagesWhere(invocation, engine, folder, job);
    const report = await engine.curation.split(
      {
        folder,
        shares,
        ...(matching && { images: matching.paths }),
        all: invocation.flag('all'),
        apply: invocation.flag('apply'),
        seed: seedOption(invocation),
        ...(encoder !== undefined && { encoder }),
        ...(out !== undefined && { out: { file: resolve(out), replace: invocation.flag('force') } }),
      },
      job,
    );
    const { notices, ...json } = report;
    return { json, lines: describe(report, matching === undefined), notes: notices.map(({ message }) => message) };
  },
};

function sharesOf(invocation: Invocation): SplitShares {
  const texts = splitNames.map((name) => invocation.text(name));
  if (texts.every((text) => text === undefined)) return USUAL;
  const [train, validation, test] = texts.map((text = '0', i) => {
    const share = Number(text);
    if (text.trim() === '' || !(share >= 0 && share <= 1)) {
      throw usage(`--${splitNames[i]!} takes a share from 0 to 1, not "${text}".`);
    }
    return share;
  }) as [number, number, number];
  const sum = train + validation + test;
  if (Math.abs(sum - 1) > 1e-6) {
    throw usage(
      `The shares of train, validation and test have to add up to 1, and ${train} + ${validation} + ${test} is ${Number(sum.toFixed(6))}; a share that isn't given is 0.`,
    );
  }
  return { train, validation, test };
}

/** @param all whether it is about all images of the folder, and not some of them by a filter */
function describe(report: SplitReport, all: boolean): string[] {
  const { assignments, along, kept, groups, torn, scenes, shares, classes, applied, table, step, out, root } = report;
  const total: Record<string, number> = {};
  for (const { split } of assignments) total[split] = (total[split] ?? 0) + 1;
  const wished = splitNames.filter((name) => shares[name] > 0);
  const names = [...new Set([...wished, ...Object.keys(total)])];
  const width = Math.max(0, ...classes.slice(0, SHOWN).map(({ label }) => nameOf(label).length));
  const hidden = classes.length - SHOWN;
  const assigned = assignments.length - along - kept;
  return [
    `${formatQuantity(assignments.length, 'image')} of ${root}${kept > 0 ? `, ${formatCount(kept)} of which keep the split that they have` : ''}${along > 0 ? `, ${along === 1 ? '1 copy that goes' : `${formatCount(along)} copies that go`} along with them` : ''}; ${groups === 1 ? '1 group of copies stays' : `${formatCount(groups)} groups of copies stay`} together${torn > 0 ? `, but for ${formatCount(torn)}` : ''}${scenesText(scenes)}`,
    ...names.map((name) => `  ${name}: ${shareText(name, total[name] ?? 0, assignments.length, shares)}`),
    '',
    ...classes
      .slice(0, SHOWN)
      .map(
        ({ label, counts }) =>
          `  ${nameOf(label).padEnd(width)}  ${names.map((name) => `${name} ${formatCount(counts[name] ?? 0)}`).join(', ')}`,
      ),
    ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more classes; --json has all images`] : []),
    furthest(classes, shares),
    ...(assigned === 0 ? ['All images have a split; --all assigns them anew.'] : []),
    ...(all && assigned > 0 && kept > 0
      ? [
          `Only ${formatQuantity(assigned, 'image')} had no split and got one, so that all together may be far from the shares; --all assigns the others anew, too.`,
        ]
      : []),
    ...(out === undefined ? [] : [`Written to ${out}.`]),
    ...(applied
      ? [
          `The split is in ${table === undefined ? '' : `${table}, named in `}.likeness/config.json.${step === undefined ? '' : ' "likeness decide undo" takes it back.'}`,
        ]
      : []),
    ...(out === undefined && !applied
      ? ['Nothing is written: --out FILE.csv writes a table, --apply makes it the split of the data set.']
      : []),
  ];
}

/** What stays together besides copies. */
function scenesText({ together, apart } = { together: 0, apart: 0 }): string {
  if (together + apart === 0) return '';
  return `, shots of ${formatQuantity(together, 'scene')} do too${apart > 0 ? `, those of ${formatCount(apart)} don't` : ''}`;
}

const nameOf = (label: string | undefined): string => label ?? '(no label)';

function shareText(name: string, count: number, of: number, shares: SplitShares): string {
  const wished = splitNames.find((known) => known === name);
  return `${formatCount(count)} (${percent(count / of)}${wished === undefined ? '' : `, wished ${percent(shares[wished])}`})`;
}

function furthest(classes: readonly ClassSplit[], shares: SplitShares): string {
  const differences = classes.flatMap(({ label, images, counts }) =>
    splitNames.map((name) => ({ label, name, images: (counts[name] ?? 0) - shares[name] * images })),
  );
  const worst = differences.reduce((a, b) => (Math.abs(b.images) > Math.abs(a.images) + 1e-9 ? b : a));
  const size = Math.abs(worst.images);
  if (size < 1e-6) return 'Every class has just the shares that are wished.';
  return `Furthest from the shares: ${nameOf(worst.label)} has ${size.toFixed(1)} images too ${worst.images > 0 ? 'many' : 'few'} in ${worst.name}.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
