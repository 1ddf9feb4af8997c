import * as vscode from 'vscode';

/** Asks for an encoder's file; its absolute path, undefined when cancelled. */
export async function askForEncoderFile(folder: string): Promise<string | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'Choose an ONNX image encoder',
    filters: { 'ONNX models': ['onnx'] },
    defaultUri: vscode.Uri.file(folder),
  });
  return files?.[0]?.fsPath;
}

/** Asks for a folder in the layout of Hugging Face; its absolute path, undefined when cancelled. */
export async function askForEncoderFolder(folder: string): Promise<string | undefined> {
  const folders = await vscode.window.showOpenDialog({
    title: 'Choose a folder with an ONNX image encoder',
    openLabel: 'Choose',
    canSelectFiles: false,
    canSelectFolders: true,
    defaultUri: vscode.Uri.file(folder),
  });
  return folders?.[0]?.fsPath;
}

/** The row that leads to `askForEncoderFile`. */
export const encoderFileItem: vscode.QuickPickItem = {
  label: '$(folder-opened) Choose an ONNX file…',
  alwaysShow: true,
};
