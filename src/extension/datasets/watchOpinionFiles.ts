import path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';

/**
 * Watches a dataset's decisions, its configuration and its table of splits. The pattern names the folder itself: a dataset whose root lies above the
 * folder that is open gets a watcher of that one folder, and not of all its images.
 */
export function watchOpinionFiles(root: string, note: () => void): Disposables {
  const resources = new Disposables();
  const folder = vscode.Uri.file(path.join(root, '.likeness'));
  const pattern = new vscode.RelativePattern(folder, '{decisions.jsonl,config.json,splits.csv}');
  const watcher = resources.add(vscode.workspace.createFileSystemWatcher(pattern));
  resources.add(watcher.onDidCreate(note));
  resources.add(watcher.onDidChange(note));
  resources.add(watcher.onDidDelete(note));
  return resources;
}
