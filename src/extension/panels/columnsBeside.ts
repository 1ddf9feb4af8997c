import * as vscode from 'vscode';
import type { ImagePlaces } from '../similar/openImage.ts';

/** Two columns for pictures that are opened from a panel, which they don't cover. @param panel where it is */
export function columnsBeside(
  panel: vscode.ViewColumn | undefined,
): readonly [left: vscode.ViewColumn, right: vscode.ViewColumn] {
  const { One, Two, Three } = vscode.ViewColumn;
  const [left = One, right = Two] = [One, Two, Three].filter((column) => column !== panel);
  return [left, right];
}

/** Where pictures go that are opened from a panel, which keeps the focus. @param panel where it is */
export function placesBeside(panel: vscode.ViewColumn | undefined): ImagePlaces {
  const [left, right] = columnsBeside(panel);
  return { one: { preserveFocus: true, viewColumn: left }, two: [left, right] };
}
