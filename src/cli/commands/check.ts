import { resolve } from 'node:path';
import {
  findingKinds,
  severities,
  type Finding,
  type FindingKind,
  type Severity,
} from '../../core/curation/findings.ts';
import { usage } from '../../core/errors.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { CheckReport } from '../../protocol/check.ts';
import type { Command } from '../command.ts';
import { encoderArgument } from '../paths.ts';

/** Findings of a kind that a person is shown; `--json` has them all. */
const SHOWN = 5;

export const checkCommand: Command = {
  name: 'check',
  usage: 'check [folder] [--only KIND,…] [--fail-on SEVERITY|KIND,…] [--encoder ID|FILE.onnx]',
  summary:
    'Find what is worth deciding: duplicates, leaks between splits, wrong labels, outliers, bad quality, unreadable files.',
  options: {
    only: { type: 'string', value: 'KIND,…', help: `look for these kinds alone: ${findingKinds.join(', ')}` },
    'fail-on': {
      type: 'string',
      value: 'SEVERITY|KIND,…',
      help: `end with exit code 1 where something at least as bad (${severities.join(', ')}) or of a kind is found`,
    },
    encoder: { type: 'string', short: 'e', value: 'ID|FILE.onnx', help: 'compare by this encoder' },
  },
  async run(invocation, engine, job) {
    const [folder = '.', ...rest] = invocation.positionals;
    if (rest.length > 0) throw usage(`check takes one folder.\nUsage: likeness ${this.usage}`);
    const encoder = encoderArgument(invocation.text('encoder'));
    const only = kindsOf(invocation.text('only'));
    const fails = failingOf(invocation.text('fail-on'));
    const report = await engine.check(
      { folder: resolve(folder), ...(encoder !== undefined && { encoder }), ...(only && { only }) },
      job,
    );
    const { notices, findings, counts, ...about } = report;
    return {
      json: { findings, counts, ...about },
      lines: describe(report),
      notes: notices.map(({ message }) => message),
      ...(findings.some(fails) && { exitCode: 1 }),
    };
  },
};

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

function describe({ root, images, findings, counts }: CheckReport): string[] {
  const found = findings.length === 0 ? 'nothing found' : formatQuantity(findings.length, 'finding');
  const kinds = findingKinds.filter((kind) => counts[kind] !== undefined);
  return [
    `${formatQuantity(images, 'image')} of ${root}: ${found}`,
    ...kinds.flatMap((kind) => {
      const own = findings.filter((finding) => finding.kind === kind);
      const hidden = own.length - SHOWN;
      return [
        '',
        `${own[0]!.severity} ${kind}: ${formatCount(own.length)}`,
        ...own.slice(0, SHOWN).map(line),
        ...(hidden > 0 ? [`  … and ${formatCount(hidden)} more; --json has them all`] : []),
      ];
    }),
  ];
}

function line({ path, related, message }: Finding): string {
  const [first, ...more] = related;
  const others = first === undefined ? '' : ` ↔ ${first.path}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  return `  ${path === '' ? '' : `${path}${others}: `}${message}`;
}
