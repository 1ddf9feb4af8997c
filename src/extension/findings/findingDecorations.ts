import * as vscode from 'vscode';
import type { Severity } from '../../core/curation/findings.ts';
import { Throttled } from '../async/throttle.ts';
import type { Services } from '../services.ts';
import { readSetting } from '../settings.ts';
import { badges } from './findingsText.ts';
import { badgeTooltip, flaggedImages, type FlaggedImage } from './shownFindings.ts';

const REFRESH_MS = 200;
const SETTING = 'likeness.check.decorations';

const colorOf: Readonly<Record<Severity, string>> = {
  error: 'list.errorForeground',
  warning: 'list.warningForeground',
  info: 'charts.blue',
};

/** Badges of flagged images, wherever VS Code lists files. */
export function findingDecorations({ disposables, findings }: Services): void {
  const changed = disposables.add(new vscode.EventEmitter<undefined>());
  let flagged: ReadonlyMap<string, FlaggedImage> = new Map();
  const refresh = (): void => {
    const isOn = vscode.workspace.isTrusted && readSetting(SETTING);
    const before = flagged.size;
    flagged = isOn ? flaggedImages(findings.reports) : new Map();
    // All files: which of them are shown only VS Code knows.
    if (before + flagged.size > 0) changed.fire(undefined);
  };
  // A review decides faster than badges have to follow.
  const throttled = disposables.add(new Throttled(REFRESH_MS, refresh));
  disposables.add(
    findings.onDidChange(() => {
      throttled.trigger();
    }),
  );
  disposables.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SETTING)) refresh();
    }),
  );
  disposables.add(
    vscode.window.registerFileDecorationProvider({
      onDidChangeFileDecorations: changed.event,
      provideFileDecoration: (uri) => {
        const image = uri.scheme === 'file' ? flagged.get(uri.fsPath) : undefined;
        if (!image) return undefined;
        const { kind, severity } = image.finding;
        return new vscode.FileDecoration(badges[kind], badgeTooltip(image), new vscode.ThemeColor(colorOf[severity]));
      },
    }),
  );
}
