import path from 'node:path';
import { markdownReport } from '../../core/curation/reports/markdown.ts';
import type { Finding, FindingKind, Severity } from '../../core/curation/findings.ts';
import { formatCount, formatQuantity } from '../../core/progressText.ts';
import type { CheckReport } from '../../protocol/check.ts';
import { escapeMarkdown, noticeLines } from '../text/markdown.ts';

/** "pets: 7 findings, 1 error, 2 warnings." */
export function outcomeText({ root, images, findings, accepted }: CheckReport): string {
  const found =
    findings.length === 0
      ? `nothing to decide in ${formatQuantity(images, 'image')}`
      : [formatQuantity(findings.length, 'finding'), ...grave(findings)].join(', ');
  return `${path.basename(root)}: ${found}${accepted > 0 ? `; ${formatCount(accepted)} accepted before` : ''}.`;
}

/** What the status bar says of the datasets that were checked. */
export interface Health {
  /** With a codicon. */
  readonly text: string;
  readonly tooltip: string;
}

/**
 * Undefined where nothing was checked.
 *
 * @param reopened roots of the datasets of which decisions were taken back that the check went by
 */
export function healthOf(
  reports: readonly CheckReport[],
  reopened: ReadonlySet<string> = new Set(),
): Health | undefined {
  if (reports.length === 0) return undefined;
  const findings = reports.flatMap((report) => report.findings);
  const images = reports.reduce((sum, report) => sum + report.images, 0);
  const parts = grave(findings);
  const isCertain = reports.every(({ root }) => !reopened.has(root));
  const icon = parts.length > 0 ? 'warning' : isCertain ? 'check' : 'question';
  const text = parts.length > 0 ? parts.join(', ') : isCertain ? formatQuantity(images, 'image') : 'check again';
  const told = (report: CheckReport): string =>
    reopened.has(report.root)
      ? `${outcomeText(report)} Decisions have changed since: check again.`
      : outcomeText(report);
  return {
    // VS Code counts errors and warnings there too.
    text: `$(${icon}) Likeness: ${text}`,
    tooltip: ['Likeness, as last checked:', ...reports.map(told), 'Click to review the findings.'].join('\n'),
  };
}

/** The name of the report's document, below the dataset's folder: two datasets may be called the same. */
export function reportName(root: string): string {
  const folders = root.split(path.sep).filter((folder) => folder !== '');
  return [...folders, `Findings in ${path.basename(root)}`].join('/');
}

export function findingsMarkdown({ findings, images, notices }: CheckReport): string {
  return [...noticeLines(notices), markdownReport(findings, images)].join('\n');
}

/** The line of the report that a finding is on, from 0; the first where it isn't listed. */
export function lineInReport(markdown: string, { message }: Pick<Finding, 'message'>): number {
  const text = escapeMarkdown(message);
  return Math.max(
    0,
    markdown.split('\n').findIndex((line) => line.startsWith('- ') && line.endsWith(text)),
  );
}

/** How many errors and warnings there are; nothing of what there is none of. */
function grave(findings: readonly Finding[]): string[] {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return [
    ...(count('error') > 0 ? [formatQuantity(count('error'), 'error')] : []),
    ...(count('warning') > 0 ? [formatQuantity(count('warning'), 'warning')] : []),
  ];
}

/** What marks a flagged image in the Explorer: one letter a kind, none of them twice. */
export const badges: Readonly<Record<FindingKind, string>> = {
  unreadable: 'X',
  'exact-duplicate': 'E',
  'near-duplicate': 'N',
  'same-scene': 'S',
  leak: 'L',
  'label-issue': 'W',
  outlier: 'O',
  'caption-mismatch': 'M',
  'duplicate-caption': 'T',
  'empty-caption': 'K',
  dark: 'D',
  light: 'H',
  blurry: 'B',
  'low-information': 'I',
  'odd-aspect-ratio': 'R',
  'odd-size': 'Z',
  grayscale: 'G',
  'class-imbalance': 'C',
  'small-class': 'F',
  'spurious-correlation': 'P',
  'noisy-cluster': 'Y',
};
