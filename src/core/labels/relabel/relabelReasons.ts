/** Why a class that was decided can't be written to where the labels come from: the end of a sentence about an image. */

export const imageGone = 'it is no image of the dataset any more; take the decision back, or bring the image back';
export const imageChanged = 'it has changed since its class was decided; decide it again, or take the decision back';
export const spacesAround = 'its class begins or ends with a space, which would be lost; decide it again';
export const noRow = (files: readonly string[]) =>
  `${files.join(' and ')} ${files.length === 1 ? 'has' : 'have'} no row for it; add one`;
export const noCell = (file: string, line: number) =>
  `its row, line ${line} of ${file}, is too short to have a label; complete it`;
export const notUtf8 = (file: string) =>
  `${file} is not in UTF-8, in which its class would have to be written; convert it`;
export const noAnnotation = (file: string) => `${file} has no annotation of it; annotate it first`;
export const severalClasses = (file: string, annotations: number, classes: readonly string[]) =>
  `its ${annotations} annotations in ${file} are of several classes (${classes.slice(0, 3).join(', ')}${classes.length > 3 ? ', …' : ''}), and nothing tells which ones are meant; change them where they were made`;
export const noCategories = (file: string) =>
  `${file} has no list of categories with numbers for ids, to which its class could be added; add it there`;
export const noNames = (file: string) =>
  `its class can't be added to the names in ${file} as those are written; add it there yourself`;
/** @param labels the file that uses the number, `file` that of the names */
export const numberTaken = (labels: string, code: number, file: string) =>
  `its class would get the number ${code} in ${file}, which ${labels} uses for one that has no name there; name the class ${code} in ${file} first, or correct ${labels}`;
export const noSplit = (file: string) => `${file} names no folder or list that it is in; add it there`;
export const sharedLabels = (file: string) =>
  `${file} is the label file of other images too, which were not given this class; rename one of them`;
export const noFolder =
  'no folder can be called like its class, or it would mean something else, as "train" or "unknown" does; give it another class';
export const targetTaken = (target: string) =>
  `${target} is there already, and is never replaced; rename one of the two`;
/** Where case doesn't tell files apart. */
export const sameOnDisk = (path: string, target: string) =>
  `${path} and ${target} are the same file on this disk; rename the folder itself`;
export const noSource = 'the configuration says that labels come from nowhere ("labels.source": "none")';

/** What was done, for the menu of undo. @param file where there is one alone */
export const writtenLabelsTitle = (images: number, file: string | undefined) =>
  `Write ${images === 1 ? 'the class of 1 image' : `the classes of ${images} images`}${file === undefined ? '' : ` to ${file}`}`;
/** What was done, for the menu of undo. */
export const relabelTitle = (images: number) =>
  images === 1 ? 'Move 1 image to its class' : `Move ${images} images to their classes`;
