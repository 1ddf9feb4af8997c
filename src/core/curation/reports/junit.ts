import { findingKinds, severities, type Finding, type FindingKind } from '../findings.ts';
import { kindTexts } from '../kindTexts.ts';
import type { ReportNotice } from './reportNotice.ts';

/**
 * Findings for test reports, as JUnit's XML: a suite for each kind that was looked for, with a failure for each finding that is
 * at least a warning; milder ones are listed as passed, with what they say. What is told besides is a suite of its own, where what
 * may have hidden findings is an error.
 *
 * @param looked kinds that were looked for; one without findings is a suite with one test that passed
 */
export function junitReport(
  findings: readonly Finding[],
  looked: readonly FindingKind[],
  seconds: number,
  notices: readonly ReportNotice[] = [],
): string {
  const ofKinds = findingKinds.filter((kind) => looked.includes(kind)).map((kind) => suite(kind, findings));
  const suites = [...(notices.length > 0 ? [noticeSuite(notices)] : []), ...ofKinds];
  const failures = findings.filter(isFailure).length;
  const errors = notices.filter(({ isFault }) => isFault).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="Likeness" tests="${suites.reduce((sum, { tests }) => sum + tests, 0)}" failures="${failures}"${errors > 0 ? ` errors="${errors}"` : ''} time="${seconds}">`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(kind: FindingKind, findings: readonly Finding[]) {
  const own = findings.filter((finding) => finding.kind === kind);
  const cases = own.length === 0 ? [`    <testcase classname="${kind}" name="none found"/>`] : own.map(testCase);
  const failures = own.filter(isFailure).length;
  return {
    tests: cases.length,
    xml: [
      `  <testsuite name="${escapeXml(kindTexts[kind].name)}" tests="${cases.length}" failures="${failures}">`,
      ...cases,
      '  </testsuite>',
    ].join('\n'),
  };
}

function noticeSuite(notices: readonly ReportNotice[]) {
  const errors = notices.filter(({ isFault }) => isFault).length;
  return {
    tests: notices.length,
    xml: [
      `  <testsuite name="Notices" tests="${notices.length}" failures="0" errors="${errors}">`,
      ...notices.map(({ code, message, isFault }) => {
        const text = escapeXml(message);
        const outcome = isFault ? `<error type="${code}" message="${text}"/>` : `<system-out>${text}</system-out>`;
        return `    <testcase classname="notice" name="${text}">${outcome}</testcase>`;
      }),
      '  </testsuite>',
    ].join('\n'),
  };
}

function testCase(finding: Finding): string {
  const { kind, severity, path, related, message } = finding;
  const open = `    <testcase classname="${kind}" name="${escapeXml(path === '' ? message : path)}"`;
  const text = escapeXml([message, ...related.map((image) => image.path)].join('\n'));
  return isFailure(finding)
    ? `${open}><failure type="${severity}" message="${escapeXml(message)}">${text}</failure></testcase>`
    : `${open}><system-out>${text}</system-out></testcase>`;
}

function isFailure({ severity }: Finding): boolean {
  return severities.indexOf(severity) >= severities.indexOf('warning');
}

/** Characters that XML can't hold at all, which names of files may have, become question marks. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
