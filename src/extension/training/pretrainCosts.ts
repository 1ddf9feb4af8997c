import { formatBytes, formatCount, formatDuration, formatQuantity } from '../../core/progressText.ts';
import { selectedText } from '../../core/training/selectedText.ts';
import type { PretrainPlan } from '../../protocol/training.ts';
import { networkName } from './trainingText.ts';

/** A ready-made length of training. */
export interface PretrainChoice {
  readonly title: string;
  /** A codicon's name. */
  readonly icon: string;
  readonly epochs: number;
  readonly purpose: string;
}

export const pretrainChoices: readonly PretrainChoice[] = [
  { title: 'Quick', icon: 'zap', epochs: 20, purpose: 'shows whether it is worth more' },
  { title: 'Standard', icon: 'rocket', epochs: 100, purpose: 'what most folders need' },
  { title: 'Thorough', icon: 'flame', epochs: 400, purpose: 'the last points of accuracy' },
];

/** Of an encoder that others have made: what it knows of pictures is not to be forgotten in many passes over a few of them. */
const furtherChoices = pretrainChoices.map((choice) => ({ ...choice, epochs: choice.epochs / 5 }));

/** The lengths that are offered. @param isImported whether it goes on with an encoder that others have made */
export function lengthChoices(isImported: boolean): readonly PretrainChoice[] {
  return isImported ? furtherChoices : pretrainChoices;
}

/** The same plan with another number of epochs: the steps cost in proportion, decoding and the rest stay. */
export function planWithEpochs(plan: PretrainPlan, epochs: number): PretrainPlan {
  const { secondsPerStep, stepsPerEpoch, settings } = plan;
  const epochSeconds = secondsPerStep * stepsPerEpoch;
  const rest = Math.max(0, plan.seconds - epochSeconds * settings.epochs);
  return { ...plan, settings: { ...settings, epochs }, seconds: epochSeconds * epochs + rest };
}

/** "100 epochs — about 14 min on this machine". */
export function costText({ settings, seconds }: PretrainPlan): string {
  return `${formatQuantity(settings.epochs, 'epoch')} — about ${formatDuration(seconds)} on this machine`;
}

/** "ResNet-10 at 64 px, about 1.2 GB of memory". */
export function networkText({ settings, memoryBytes }: PretrainPlan): string {
  return `${networkName(settings.network)} at ${settings.size} px, about ${formatBytes(memoryBytes)} of memory`;
}

/** "Trains on 1,200 images; the 200 images of the test split are left out". */
export function imagesText({ images, heldOut, settings, selected }: PretrainPlan): string {
  const trained = `Trains on ${selected ? partText(images, selected) : formatQuantity(images, 'image')}`;
  if (settings.includeTest) return `${trained}, those of the test split among them`;
  if (heldOut === 0) return trained;
  return `${trained}; the ${formatQuantity(heldOut, 'image')} of the test split ${heldOut === 1 ? 'is' : 'are'} left out`;
}

/** "40 selected images of 1,616", "30 of 40 selected images of 1,616". */
function partText(images: number, selected: NonNullable<PretrainPlan['selected']>): string {
  return images === selected.images ? selectedText(selected) : `${formatCount(images)} of ${selectedText(selected)}`;
}
