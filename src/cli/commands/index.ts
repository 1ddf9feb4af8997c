import { formatBytes, formatCount } from '../../core/progressText.ts';
import { usage } from '../../core/errors.ts';
import { REGIONS_PER_IMAGE, regionBytes } from '../../core/images/regionGrid.ts';
import type { RegionIndexReport } from '../../protocol/regions.ts';
import type { IndexReport, ScanSettings, SkipCode, SkippedFiles } from '../../protocol/engine.ts';
import { countOption, type Command, type Invocation, type OptionSpec } from '../command.ts';
import { encoderArgument, folderArgument } from '../paths.ts';

/** Numbers in a vector of the default encoder. */
const DEFAULT_ENCODER_DIM = 576;
/** Failures shown to a person; `--json` has them all. */
const MAX_FAILURES_SHOWN = 20;

const scanOptions = {
  exclude: {
    type: 'string',
    multiple: true,
    value: 'PATTERN',
    help: 'leave out what matches, as in .gitignore; repeatable',
  },
  'follow-symlinks': { type: 'boolean', help: 'follow symbolic links' },
  'max-megapixels': { type: 'string', value: 'N', help: 'refuse larger pictures (default 200)' },
} as const satisfies Record<string, OptionSpec>;

function scanSettings(invocation: Invocation): ScanSettings {
  const settings: ScanSettings = {
    exclude: invocation.texts('exclude'),
    followSymlinks: invocation.flag('follow-symlinks'),
  };
  const limited = invocation.text('max-megapixels') !== undefined;
  return limited ? { ...settings, maxMegapixels: countOption(invocation, 'max-megapixels', 1) } : settings;
}

export const indexCommand: Command = {
  name: 'index',
  usage: 'index [folder] [--encoder ID|FILE.onnx] [--regions]',
  summary:
    'Index every image below a folder: hash, size, thumbnail and embedding. Run it again to bring it up to date.',
  options: {
    encoder: { type: 'string', short: 'e', value: 'ID|FILE.onnx', help: 'the encoder; default: the one used last' },
    regions: {
      type: 'boolean',
      help: `also index ${REGIONS_PER_IMAGE} parts of each image for "similar --regions": 4 to ${REGIONS_PER_IMAGE} times the work, and ${formatBytes(regionBytes(DEFAULT_ENCODER_DIM))} on the disk for each image with the default encoder`,
    },
    ...scanOptions,
  },
  async run(invocation, engine, job) {
    if (invocation.positionals.length > 1) throw usage('index takes one folder.');
    const encoder = encoderArgument(invocation.text('encoder'));
    const report = await engine.indexFolder(
      {
        folder: folderArgument(invocation.positionals[0] ?? '.'),
        ...(encoder === undefined ? {} : { encoder }),
        ...(invocation.flag('regions') && { regions: true }),
        scan: scanSettings(invocation),
      },
      job,
    );
    const {
      root,
      encoder: used,
      newerEncoder,
      images,
      embedded,
      copies,
      unchanged,
      removed,
      failed,
      skipped,
      seconds,
      regions,
    } = report;
    return {
      json: {
        root,
        encoder: used,
        ...(newerEncoder !== undefined && { newerEncoder }),
        images,
        embedded,
        copies,
        unchanged,
        removed,
        failed,
        skipped,
        seconds,
        ...(regions && { regions }),
      },
      lines: describe(report),
      notes: [...report.notices.map(({ message }) => message), ...newerEncoderNote(report)],
    };
  },
};

function newerEncoderNote({ root, encoder, newerEncoder }: IndexReport): string[] {
  if (newerEncoder === undefined) return [];
  return [
    `${root} has the vectors of ${encoder.id}, an older default; ${newerEncoder} knows more of pictures: likeness index ${root} --encoder ${newerEncoder}`,
  ];
}

function describe(report: IndexReport): string[] {
  const { root, encoder, images, embedded, copies, unchanged, removed, failed, seconds } = report;
  const counts = [
    `${formatCount(embedded)} embedded`,
    ...(copies > 0 ? [`${formatCount(copies)} ${copyWords(copies, removed)}`] : []),
    `${formatCount(unchanged)} unchanged`,
    `${formatCount(removed)} removed`,
    `${formatCount(failed.length)} failed`,
  ];
  const hidden = failed.length - MAX_FAILURES_SHOWN;
  return [
    `${formatCount(images)} images of ${root} indexed with ${encoder.id} (${encoder.dim} dimensions) in ${seconds} s`,
    `  ${counts.join(', ')}`,
    ...failed.slice(0, MAX_FAILURES_SHOWN).map(({ code, message }) => `  ${code}: ${message}`),
    ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json lists them all`] : []),
    ...skippedLine(report.skipped),
    ...regionLines(report.regions),
  ];
}

/** Where files are gone it may be them, under another name. */
function copyWords(copies: number, removed: number): string {
  if (removed > 0) return 'copied or renamed';
  return copies === 1 ? 'copy' : 'copies';
}

function regionLines(report: RegionIndexReport | undefined): string[] {
  if (report === undefined) return [];
  const { images, regions, added, failed, bytes, seconds } = report;
  return [
    `${formatCount(regions)} regions of ${formatCount(images)} images (${formatBytes(bytes)}), those of ${formatCount(added)} added in ${seconds} s`,
    ...failed.slice(0, MAX_FAILURES_SHOWN).map(({ code, message }) => `  ${code}: ${message}`),
  ];
}

const skipWords: Record<SkipCode, string> = {
  'not-an-image': 'no images',
  excluded: 'excluded',
  'symbolic-link': 'symbolic links',
};

/** "Left out: 12 no images (.txt, .md), 1 excluded" */
function skippedLine(skipped: readonly SkippedFiles[]): string[] {
  const parts = Object.entries(skipWords).flatMap(([code, words]) => {
    const groups = skipped.filter((group) => group.code === code);
    const count = groups.reduce((sum, group) => sum + group.count, 0);
    const extensions = groups.map(({ extension }) => extension).filter((extension) => extension !== '');
    const named = code === 'not-an-image' && extensions.length > 0 ? ` (${extensions.slice(0, 5).join(', ')})` : '';
    return count === 0 ? [] : [`${formatCount(count)} ${words}${named}`];
  });
  return parts.length === 0 ? [] : [`  Left out: ${parts.join(', ')}`];
}
