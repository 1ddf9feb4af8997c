import path from 'node:path';
import * as vscode from 'vscode';
import type { Finding, Severity } from '../../core/curation/findings.ts';
import { Throttled } from '../async/throttle.ts';
import { reportUri } from '../reports/reportDocuments.ts';
import type { Services } from '../services.ts';
import { reviewLink } from '../review/reviewLink.ts';
import { readSetting } from '../settings.ts';
import { imageOfTab } from '../similar/activeImage.ts';
import { findingsMarkdown, lineInReport, reportName } from './findingsText.ts';
import { shownFindings } from './shownFindings.ts';

const SETTING = 'likeness.check.problems';
const REFRESH_MS = 200;
/** Images have no lines. */
const WHOLE_IMAGE = new vscode.Range(0, 0, 0, 0);

const severityOf: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
};

/** Findings in the Problems panel: those of an image on the image, those about whole classes on the report. */
export function findingsProblems({ disposables, findings, reports }: Services): void {
  const collection = disposables.add(vscode.languages.createDiagnosticCollection('likeness'));
  const show = (): void => {
    const wanted = readSetting(SETTING);
    const open = openImages();
    const byFile = new Map<string, [vscode.Uri, vscode.Diagnostic[]]>();
    for (const report of vscode.workspace.isTrusted ? findings.reports : []) {
      // What is on the report has to be found there when it is opened.
      const markdown = findingsMarkdown(report);
      reports.write(reportName(report.root), markdown);
      for (const finding of shownFindings(report, wanted, (file) => open.has(file))) {
        const { uri, range } = placeOf(report.root, finding, markdown);
        const entry = byFile.get(uri.toString()) ?? [uri, []];
        entry[1].push(diagnosticOf(report.root, finding, range));
        byFile.set(uri.toString(), entry);
      }
    }
    collection.clear();
    collection.set([...byFile.values()]);
  };
  const throttled = disposables.add(new Throttled(REFRESH_MS, show));
  const refresh = (): void => {
    throttled.trigger();
  };
  disposables.add(findings.onDidChange(refresh));
  disposables.add(
    vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
      const isConcerned = opened.length + closed.length > 0 && findings.reports.length > 0;
      if (isConcerned && readSetting(SETTING) === 'visible') refresh();
    }),
  );
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SETTING)) refresh();
    }),
  );
}

function openImages(): ReadonlySet<string> {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return new Set(tabs.flatMap(({ input }) => imageOfTab(input) ?? []));
}

function placeOf(root: string, finding: Finding, markdown: string): vscode.Location {
  if (finding.path !== '') return new vscode.Location(vscode.Uri.file(path.join(root, finding.path)), WHOLE_IMAGE);
  const line = lineInReport(markdown, finding);
  const { length } = markdown.split('\n')[line] ?? '';
  return new vscode.Location(reportUri(reportName(root)), new vscode.Range(line, 0, line, length));
}

function diagnosticOf(
  root: string,
  { id, kind, severity, related, message }: Finding,
  range: vscode.Range,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, message, severityOf[severity]);
  diagnostic.source = 'Likeness';
  diagnostic.code = { value: kind, target: vscode.Uri.parse(reviewLink({ root, finding: id })) };
  diagnostic.relatedInformation = related.map((image) => {
    const similarity = image.similarity === undefined ? '' : `, similarity ${image.similarity.toFixed(3)}`;
    const place = new vscode.Location(vscode.Uri.file(path.join(root, image.path)), WHOLE_IMAGE);
    return new vscode.DiagnosticRelatedInformation(place, `${image.path}${similarity}`);
  });
  return diagnostic;
}
