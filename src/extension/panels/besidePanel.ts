import * as vscode from 'vscode';

/** Where pictures that are opened from a panel don't cover it. @param panel where that is */
export function columnsBeside(
  panel: vscode.ViewColumn | undefined,
): [left: vscode.ViewColumn, right: vscode.ViewColumn] {
  const { One, Two, Three } = vscode.ViewColumn;
  const [left = One, right = Two] = [One, Two, Three].filter((column) => column !== panel);
  return [left, right];
}
