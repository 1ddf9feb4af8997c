import path from 'node:path';
import {
  findingKinds,
  severities,
  type Finding,
  type FindingKind,
  type Severity,
} from '../../core/curation/findings.ts';
import { kindTexts } from '../../core/curation/kindTexts.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { CheckReport } from '../../protocol/check.ts';
import { rowContexts } from '../contract.ts';
import { imagesOf } from '../../core/curation/answers.ts';
import type { Row } from './treeModel.ts';

/** Findings of a kind that are listed. */
export const LISTED = 200;

/** A row that stands for a finding. */
export interface FindingRow extends Row {
  readonly finding: Finding;
}

/** A row that stands for the findings of a kind. */
interface KindRow extends Row {
  /** The id of the first of them. */
  readonly first: string;
}

/** What the last check found: a row per kind, the worst first, and its findings below. */
export function findingsRow({ root, images, findings }: CheckReport, parent: string): Row {
  const id = `${parent}/findings`;
  const kinds = findingKinds
    .map((kind) => ({ kind, own: findings.filter((finding) => finding.kind === kind) }))
    .filter(({ own }) => own.length > 0)
    .sort((a, b) => rank(b.own) - rank(a.own));
  return {
    id,
    context: findings.length === 0 ? rowContexts.group : rowContexts.findings,
    label: 'Findings',
    description: findings.length === 0 ? 'nothing to decide' : formatCount(findings.length),
    tooltip: `As last checked: ${formatQuantity(findings.length, 'finding')} in ${formatQuantity(images, 'image')}`,
    icon: findings.length === 0 ? 'pass' : 'checklist',
    folder: root,
    children: kinds.map(({ kind, own }) => kindRow(kind, own, id, root)),
  };
}

function kindRow(kind: FindingKind, findings: readonly Finding[], parent: string, folder: string): KindRow {
  const id = `${parent}/${kind}`;
  const hidden = findings.length - LISTED;
  const { name, meaning } = kindTexts[kind];
  const rest: Row = {
    id: `${id}/more`,
    context: rowContexts.group,
    label: `… and ${formatCount(hidden)} more`,
    tooltip: 'Review the findings to see them all.',
    icon: 'ellipsis',
    folder,
  };
  return {
    id,
    context: rowContexts.findings,
    first: findings[0]!.id,
    label: name,
    description: formatCount(findings.length),
    tooltip: meaning,
    icon: severities[rank(findings)]!,
    folder,
    children: [
      ...findings.slice(0, LISTED).map((finding) => findingRow(finding, id, folder)),
      ...(hidden > 0 ? [rest] : []),
    ],
  };
}

function findingRow(finding: Finding, parent: string, folder: string): FindingRow {
  const { path: image, message } = finding;
  const base = { id: `${parent}/${finding.id}/${image}`, folder, finding };
  const [first, ...others] = imagesOf(finding);
  if (first === undefined) {
    return { ...base, context: rowContexts.classFinding, label: message, tooltip: message, icon: 'tag' };
  }
  const [second, ...more] = others.map((other) => path.posix.basename(other));
  const pair =
    second === undefined ? '' : `↔ ${second}${more.length > 0 ? ` and ${formatCount(more.length)} more` : ''}`;
  return {
    ...base,
    context: rowContexts.finding,
    label: path.posix.basename(image),
    description: pair === '' ? path.posix.dirname(image) : pair,
    tooltip: [first, ...others.map((other) => `↔ ${other}`), message].join('\n'),
    icon: 'file-media',
    file: path.resolve(folder, image),
  };
}

/** Of the worst; see `severities`. */
function rank(findings: readonly Finding[]): number {
  const worst = findings.reduce<Severity>(
    (known, { severity }) => (severities.indexOf(severity) > severities.indexOf(known) ? severity : known),
    'info',
  );
  return severities.indexOf(worst);
}
