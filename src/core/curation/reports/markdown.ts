import { formatCount, formatQuantity } from '../../progressText.ts';
import { shownLine } from '../../shownText.ts';
import { findingKinds, severitiesText, type Finding } from '../findings.ts';
import { kindTexts } from '../kindTexts.ts';
import type { ReportNotice } from './reportNotice.ts';

/** Findings of a kind that are listed; a comment has no room for more. */
const LISTED = 10;

/** Findings as a comment on a change, or a page: what is told besides, how many of each kind, then the worst of each. */
export function markdownReport(
  findings: readonly Finding[],
  images: number,
  notices: readonly ReportNotice[] = [],
): string {
  const title = `## ${findings.length === 0 ? 'Nothing to decide' : formatQuantity(findings.length, 'finding')} in ${formatQuantity(images, 'image')}`;
  const notes = notices.flatMap(({ message, isFault }) => [
    '',
    `> ${isFault ? '**Something may be missing.**' : 'Note:'} ${escape(message)}`,
  ]);
  if (findings.length === 0) return `${[title, ...notes].join('\n')}\n`;
  const kinds = findingKinds.filter((kind) => findings.some((finding) => finding.kind === kind));
  const of = (kind: Finding['kind']) => findings.filter((finding) => finding.kind === kind);
  return [
    title,
    ...notes,
    '',
    '| what | how bad | how many |',
    '| --- | --- | ---: |',
    ...kinds.map(
      (kind) => `| ${kindTexts[kind].name} | ${severitiesText(of(kind))} | ${formatCount(of(kind).length)} |`,
    ),
    ...kinds.flatMap((kind) => [
      '',
      `### ${kindTexts[kind].name}`,
      '',
      ...of(kind).slice(0, LISTED).map(item),
      ...(of(kind).length > LISTED ? [`- … and ${formatCount(of(kind).length - LISTED)} more`] : []),
    ]),
    '',
  ].join('\n');
}

function item({ path, related, message }: Finding): string {
  const others = related.map((image) => code(image.path)).join(', ');
  return `- ${path === '' ? '' : `${code(path)}${others === '' ? '' : ` ↔ ${others}`}: `}${escape(message)}`;
}

/** Names of files may hold what would end a piece of code. */
function code(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${shownLine(text.replaceAll(/\s/g, ' '))}${space}${fence}`;
}

function escape(text: string): string {
  return shownLine(text.replaceAll(/\s+/g, ' ')).replaceAll(/[\\`*_{}[\]<>#|~&]/g, '\\$&');
}
