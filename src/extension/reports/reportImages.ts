import * as vscode from 'vscode';
import type { EngineCaller } from '../engine/engineClient.ts';
import type { ReportImages } from '../text/markdown.ts';

/** What a report needs to show images. One without its pictures is still a report. */
export async function reportImages(
  engine: EngineCaller,
  root: string,
  paths: readonly string[],
): Promise<ReportImages> {
  const base = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (paths.length === 0) return { thumbnails: new Map(), base };
  const found = await engine.call('images/thumbnails', { root, paths }).catch(() => []);
  const thumbnails = found.flatMap(({ path, bytes }) => (bytes === undefined ? [] : [[path, bytes] as const]));
  return { thumbnails: new Map(thumbnails), base };
}
