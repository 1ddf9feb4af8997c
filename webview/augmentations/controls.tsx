import type { VNode } from 'preact';
import {
  augmentationNames,
  strengths,
  type AugmentationName,
  type StrengthName,
} from '../../src/core/augmentation/augmentationSettings.ts';
import { augmentationPresets } from '../../src/core/augmentation/presets.ts';
import { viewCounts, viewSizes } from '../../src/protocol/augmentations.ts';
import { EDITED_PRESET, OWN_PRESET, type AugmentationsState } from '../../src/protocol/augmentationsView.ts';
import { Select } from '../shared/select.tsx';
import { change } from './host.ts';
import { augmentationTitles, strengthsOf, strengthTexts } from './names.ts';
import { Slider } from './slider.tsx';

/** Everything that can be set. */
export function Controls({ current }: { readonly current: AugmentationsState }): VNode {
  const { preset, viewSize, count, views } = current;
  const presets = [
    ...augmentationPresets.map(({ id, title }) => ({ value: id, label: title })),
    ...(views?.hasOwn === true || preset === OWN_PRESET ? [{ value: OWN_PRESET, label: "The data set's own" }] : []),
    ...(preset === EDITED_PRESET ? [{ value: EDITED_PRESET, label: 'As set below' }] : []),
  ];
  const described = augmentationPresets.find(({ id }) => id === preset)?.description;
  return (
    <aside class="controls" aria-label="Augmentations">
      <Select
        label="Preset"
        value={preset}
        options={presets}
        onChoose={(value) => {
          void change({ preset: value });
        }}
      />
      {described !== undefined && <p class="hint">{described}</p>}
      <div class="pair">
        <Select
          label="View size"
          value={String(viewSize)}
          options={viewSizes.map((size) => ({ value: String(size), label: `${size} px` }))}
          onChoose={(value) => {
            void change({ viewSize: Number(value) });
          }}
        />
        <Select
          label="Views"
          value={String(count)}
          options={viewCounts.map((number) => ({ value: String(number), label: String(number) }))}
          onChoose={(value) => {
            void change({ count: Number(value) });
          }}
        />
      </div>
      {augmentationNames.map((name) => (
        <Augmentation key={name} name={name} settings={current.settings} />
      ))}
    </aside>
  );
}

interface AugmentationProps {
  readonly name: AugmentationName;
  readonly settings: AugmentationsState['settings'];
}

function Augmentation({ name, settings: { all, off } }: AugmentationProps): VNode {
  const title = augmentationTitles[name];
  const on = !off.includes(name);
  const setStrength = (strength: StrengthName, value: number) => change({ strength, value });
  return (
    <fieldset class="augmentation" data-on={on}>
      <legend>
        <vscode-checkbox
          label={title}
          checked={on}
          onChange={(event) => {
            void change({ augmentation: name, on: (event.currentTarget as HTMLInputElement).checked });
          }}
        />
      </legend>
      {on &&
        (strengthsOf[name] ?? []).map((strength) => {
          const { step, maximum, of } = strengths[strength];
          const { title: label, meaning, format } = strengthTexts[strength];
          return (
            <Slider
              key={strength}
              label={label}
              description={`${title}: ${meaning}`}
              value={of(all)}
              minimum={name === 'colourJitter' ? 0 : step}
              maximum={maximum}
              step={step}
              format={format}
              onMove={(value) => setStrength(strength, value)}
            />
          );
        })}
      {on && (
        <Slider
          label="Applied to"
          description={`${title}: share of the views that it is applied to`}
          value={all[name].probability}
          minimum={0}
          maximum={1}
          step={0.05}
          format={(value) => `${Math.round(100 * value)} %`}
          onMove={(probability) => change({ augmentation: name, probability })}
        />
      )}
    </fieldset>
  );
}
