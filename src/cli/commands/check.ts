import { resolve } from 'node:path';
import {
  findingKinds,
  severities,
  severitiesText,
  type Finding,
  type FindingKind,
  type Severity,
} from '../../core/curation/findings.ts';
import { baselineOfPart, placesUnknown } from '../../core/curation/checkErrors.ts';
import { junitReport } from '../../core/curation/reports/junit.ts';
import { markdownReport } from '../../core/curation/reports/markdown.ts';
import { sarifReport } from '../../core/curation/reports/sarif.ts';
import { LikenessError, usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { CheckReport } from '../../protocol/check.ts';
import { repositoryPrefix } from '../../engine/curation/git.ts';
import { readConfig } from '../../engine/store/config.ts';
import { assertOutputFile, writeOutput } from '../../engine/store/outputFile.ts';
import { version } from '../../engine/version.ts';
import { checkSubject } from '../checkSubject.ts';
import type { Command, Invocation } from '../command.ts';
import { encoderArgument } from '../paths.ts';
import { hasWhere, imagesWhere, whereOptions } from '../whereOption.ts';

/** Findings of a kind that a person is shown; `--json` has them all. */
const SHOWN = 5;

export const checkCommand: Command = {
  name: 'check',
  usage:
    'check [folder|IMAGE…] [--only KIND,…] [--fail-on SEVERITY|KIND,…] [--since REV] [--sarif|--junit|--markdown FILE]',
  summary:
    'Find what is worth deciding: duplicates, leaks between splits, wrong labels, outliers, bad quality, unreadable files. Of images that are named, only what they have a part in is listed.',
  options: {
    only: { type: 'string', value: 'KIND,…', help: `look for these kinds alone: ${findingKinds.join(', ')}` },
    'fail-on': {
      type: 'string',
      value: 'SEVERITY|KIND,…',
      help: `end with exit code 1 where something at least as bad (${severities.join(', ')}) or of a kind is found, and with 3 where labels or splits can't be read`,
    },
    since: {
      type: 'string',
      value: 'REV',
      help: 'list only what images have a part in that were added or changed since this git revision',
    },
    ...whereOptions,
    baseline: {
      type: 'string',
      value: 'FILE',
      help: "accepted findings; default: the data set's .likeness/baseline.json",
    },
    'write-baseline': {
      type: 'boolean',
      help: 'accept all that is found (of the kinds of --only): later checks list only what is new',
    },
    sarif: {
      type: 'string',
      value: 'FILE',
      help: 'write the findings for code scanning, by their paths in the repository',
    },
    junit: { type: 'string', value: 'FILE', help: 'write the findings as a test report' },
    markdown: { type: 'string', value: 'FILE', help: 'write the findings as a comment on a change' },
    encoder: { type: 'string', short: 'e', value: 'ID|FILE.onnx', help: 'compare by this encoder' },
  },
  async run(invocation, engine, job) {
    const { folder, images } = checkSubject(invocation, engine);
    const encoder = encoderArgument(invocation.text('encoder'));
    const only = kindsOf(invocation.text('only'));
    const fails = failingOf(invocation.text('fail-on'));
    const [baseline, since] = [invocation.text('baseline'), invocation.text('since')];
    const isPart = images !== undefined || hasWhere(invocation) || since !== undefined;
    if (isPart && invocation.flag('write-baseline')) throw baselineOfPart();
    await assertReports(invocation, engine.rootOf(folder));
    const chosen = images ?? (await imagesWhere(invocation, engine, folder, job))?.paths;
    const report = await engine.check(
      {
        folder,
        ...(encoder !== undefined && { encoder }),
        ...(only && { only }),
        ...(baseline !== undefined && { baseline: resolve(baseline) }),
        ...(invocation.flag('write-baseline') && { writeBaseline: true }),
        ...(since !== undefined && { since }),
        ...(chosen && { images: chosen }),
      },
      job,
    );
    const { prefix, notices } = await placeOf(report, invocation.text('sarif'));
    await writeReports(invocation, { ...report, notices }, only ?? findingKinds, prefix);
    const { findings, counts, faults = [], notices: _, ...about } = report;
    // Whoever wants to fail on what is found has to know where nothing could be.
    const isUnknown = invocation.text('fail-on') !== undefined && faults.length > 0;
    return {
      json: { findings, counts, ...about, notices },
      lines: describe(report),
      notes: [
        ...notices.map(({ message }) => message),
        ...(isUnknown ? ['The check ends as failed (--fail-on), since labels or splits are missing.'] : []),
      ],
      ...(isUnknown ? { exitCode: 3 } : findings.some(fails) && { exitCode: 1 }),
    };
  },
};

/** Where the dataset lies in its repository, which files are found by in a report; that nobody can tell is a notice. */
async function placeOf({ root, notices }: CheckReport, report: string | undefined) {
  if (report === undefined) return { prefix: '', notices };
  try {
    return { prefix: await repositoryPrefix(root), notices };
  } catch (error) {
    if (!(error instanceof LikenessError)) throw error;
    const { code, message } = placesUnknown(resolve(report), root, error.message);
    return { prefix: '', notices: [...notices, { code, message }] };
  }
}

async function writeReports(
  invocation: Invocation,
  report: CheckReport,
  looked: readonly FindingKind[],
  prefix: string,
) {
  const { findings, images, seconds, notices, faults = [] } = report;
  const told = notices.map((notice) => ({
    ...notice,
    isFault: faults.some(({ message }) => message === notice.message),
  }));
  const writers = {
    sarif: () => sarifReport(findings, version, prefix, told),
    junit: () => junitReport(findings, looked, seconds, told),
    markdown: () => markdownReport(findings, images, told),
  };
  for (const [name, file] of reportFiles(invocation)) await writeOutput(file, writers[name]());
}

/** Refuses the place of something else before any work is done. */
async function assertReports(invocation: Invocation, root: string): Promise<void> {
  for (const [, file] of reportFiles(invocation)) await assertOutputFile(file, { root, config: readConfig(root) });
}

function reportFiles(invocation: Invocation) {
  return (['sarif', 'junit', 'markdown'] as const).flatMap((name) => {
    const file = invocation.text(name);
    // A report of the last check is there to be replaced.
    return file === undefined ? [] : [[name, { file: resolve(file), replace: true }] as const];
  });
}

function kindsOf(text: string | undefined): FindingKind[] | undefined {
  return text?.split(',').map((name) => {
    const kind = findingKinds.find((known) => known === name.trim());
    if (kind === undefined) throw usage(`There is no kind "${name}" of finding; there are ${findingKinds.join(', ')}.`);
    return kind;
  });
}

/** Whether a finding fails the check; nothing does without the option. */
function failingOf(text: string | undefined): (finding: Finding) => boolean {
  const names = text?.split(',').map((name) => name.trim()) ?? [];
  for (const name of names) {
    if (!([...severities, ...findingKinds] as string[]).includes(name)) {
      throw usage(`--fail-on takes ${severities.join(', ')} or kinds of finding, not "${name}".`);
    }
  }
  const least = Math.min(...names.map((name) => severities.indexOf(name as Severity)).filter((rank) => rank >= 0));
  return ({ kind, severity }) => names.includes(kind) || severities.indexOf(severity) >= least;
}

function describe({ root, images, findings, counts, accepted, thresholds, neighbors }: CheckReport): string[] {
  const found = findings.length === 0 ? 'nothing found' : formatQuantity(findings.length, 'finding');
  const kinds = findingKinds.filter((kind) => counts[kind] !== undefined);
  return [
    `${formatQuantity(images, 'image')} of ${root}: ${found}${accepted > 0 ? `, ${formatCount(accepted)} accepted before` : ''}`,
    ...(neighbors?.approximate === true
      ? [`Similar images were found approximately: ${(100 * neighbors.recall).toFixed(1)} % of them.`]
      : []),
    ...kinds.flatMap((kind) => {
      const own = findings.filter((finding) => finding.kind === kind);
      const hidden = own.length - SHOWN;
      return [
        '',
        `${headingOf(kind, own)}${thresholdText(kind, thresholds[kind])}`,
        ...own.slice(0, SHOWN).map(line),
        ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json has them all`] : []),
      ];
    }),
  ];
}

/** "warning near-duplicate: 24", or "exact-duplicate: 24 (1 error, 23 warnings)". */
function headingOf(kind: FindingKind, own: readonly Finding[]): string {
  const [text, count] = [severitiesText(own), formatCount(own.length)];
  const isOne = own.every(({ severity }) => severity === own[0]!.severity);
  return isOne ? `${text} ${kind}: ${count}` : `${kind}: ${count} (${text})`;
}

function thresholdText(kind: FindingKind, threshold: number | undefined): string {
  if (threshold === undefined) return '';
  return ` (threshold ${Number(threshold.toFixed(3))}${kind === 'near-duplicate' ? ' of the usual distance, for crops' : ''})`;
}

function line({ path, related, message }: Finding): string {
  const [first, ...more] = related;
  const others = first === undefined ? '' : ` ↔ ${first.path}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  // Why a file can't be read begins with its path.
  const isNamed = path === '' || (others === '' && message.startsWith(`${path} `));
  return `  ${isNamed ? '' : `${path}${others}: `}${message}`;
}
