import path from 'node:path';
import * as vscode from 'vscode';
import { formatQuantity } from '../../core/progressText.ts';
import type { Services } from '../services.ts';

/** Asks for classes of a dataset; undefined when cancelled, or where nothing was chosen. */
export async function askForClasses(
  { engine }: Services,
  root: string,
  current: readonly string[] = [],
): Promise<readonly string[] | undefined> {
  const summary = await engine.call('index/summary', { path: root });
  if (!summary) return undefined;
  if (summary.classes.length === 0) {
    void vscode.window.showInformationMessage(
      `No image of ${path.basename(root)} has a class; put the images of each class in a folder of its own, or name a file of labels in .likeness/config.json.`,
    );
    return undefined;
  }
  const items = summary.classes.map(({ name, count }) => ({
    label: name,
    description: formatQuantity(count, 'image'),
    picked: current.includes(name),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Compare the Images of',
    placeHolder: 'Classes',
    canPickMany: true,
    // A choice of several is work, which a look elsewhere must not lose.
    ignoreFocusOut: true,
  });
  return chosen && chosen.length > 0 ? chosen.map(({ label }) => label) : undefined;
}

interface LabelledImage {
  readonly path: string;
  readonly label: string | undefined;
}

interface LabelItem extends vscode.QuickPickItem {
  readonly image?: LabelledImage;
  /** Undefined asks further. */
  readonly given?: string;
}

/** Asks which of a pair has another class, and which one; undefined when cancelled. */
export async function askForLabel(
  images: readonly LabelledImage[],
  classes: readonly string[],
): Promise<{ readonly path: string; readonly label: string } | undefined> {
  const chosen = await vscode.window.showQuickPick(labelItems(images), {
    title: 'Relabel',
    placeHolder: 'Which image is of another class?',
    matchOnDescription: true,
  });
  if (!chosen?.image) return undefined;
  const label = chosen.given ?? (await askForClass(chosen.image, classes));
  return label === undefined ? undefined : { path: chosen.image.path, label };
}

function labelItems(images: readonly LabelledImage[]): LabelItem[] {
  const [first, second] = images;
  const named = ({ path: file }: LabelledImage): string => path.posix.basename(file);
  const suggestion = (image: LabelledImage, other: LabelledImage | undefined): LabelItem[] =>
    other?.label === undefined || other.label === image.label
      ? []
      : [{ label: `$(tag) ${named(image)} is “${other.label}”`, description: image.path, image, given: other.label }];
  return [
    ...(first ? suggestion(first, second) : []),
    ...(second ? suggestion(second, first) : []),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    ...images.map((image) => ({
      label: `$(edit) Another class for ${named(image)}…`,
      description: image.label === undefined ? image.path : `${image.path} · now “${image.label}”`,
      image,
    })),
  ];
}

function askForClass(image: LabelledImage, classes: readonly string[]): Promise<string | undefined> {
  const items = classes.filter((name) => name !== image.label).map((name) => ({ label: name }));
  return askForNamedClass(items, `Class of ${path.posix.basename(image.path)}`);
}

/** Asks for one of the classes, or for the name of a new one; undefined when cancelled. */
export async function askForNamedClass(
  classes: readonly vscode.QuickPickItem[],
  title: string,
): Promise<string | undefined> {
  const other = '$(add) A new class…';
  const chosen = await vscode.window.showQuickPick([...classes, { label: other, alwaysShow: true }], { title });
  if (chosen?.label !== other) return chosen?.label;
  const name = await vscode.window.showInputBox({
    title,
    prompt: 'Name of the class',
    validateInput: (text) => (text.trim() === '' ? 'A class has a name.' : undefined),
  });
  return name?.trim();
}
