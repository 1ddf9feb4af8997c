import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EmbeddingMapState, MapSettings } from '../../src/protocol/embeddingMap.ts';
import { MOST_MAP_NEIGHBORS } from '../../src/protocol/embeddingMap.ts';
import { act, change } from './host.ts';
import { IconButton } from './iconButton.tsx';
import { Popover } from './popover.tsx';

/** Neighbours that there are steps for: what lies between hardly differs. */
const steps = [2, 3, 5, 8, 10, 15, 20, 30, 50, 80, 120, MOST_MAP_NEIGHBORS];

const methods = [
  {
    method: 'umap',
    name: 'UMAP',
    title: 'Keeps images together that are alike; distances between groups mean nothing',
  },
  {
    method: 'pca',
    name: 'PCA',
    title: 'The two directions in which the embeddings differ most, to check the other by',
  },
] as const;

/** How the map is laid out. */
export function LayoutSettings({ shown }: { readonly shown: EmbeddingMapState }): VNode {
  const [isOpen, setOpen] = useState(false);
  const { settings, maps } = shown;
  const isUmap = settings.method === 'umap';
  return (
    <div class="popover-anchor">
      <IconButton
        icon="settings"
        name="How the map is laid out"
        pressed={isOpen}
        onClick={() => {
          setOpen(!isOpen);
        }}
      />
      {isOpen && (
        <Popover
          name="How the map is laid out"
          onClose={() => {
            setOpen(false);
          }}
        >
          {isUmap && (
            <>
              <Setting
                name="Neighbours"
                hint="few show detail, many the whole"
                value={nearestStep(settings.neighbors)}
                most={steps.length - 1}
                step={1}
                text={(step) => String(steps[step])}
                onChange={(step) => ({ neighbors: steps[step]! })}
              />
              <Setting
                name="Distance"
                hint="the less, the tighter the groups"
                value={settings.minimumDistance}
                most={1}
                step={0.05}
                text={(value) => value.toFixed(2)}
                onChange={(minimumDistance) => ({ minimumDistance })}
              />
              <Setting
                name="Seed"
                hint="whatever is alike with every seed is real"
                value={settings.seed}
                most={20}
                step={1}
                text={String}
                onChange={(seed) => ({ seed })}
              />
            </>
          )}
          <button
            type="button"
            class="chip"
            title="Compute the map again, also of images that came since; it is turned to the one that is shown"
            disabled={maps.some(({ progress }) => progress !== undefined)}
            onClick={() => {
              setOpen(false);
              act('layOutAnew');
            }}
          >
            Lay Out Anew
          </button>
          <div class="links">
            <button
              type="button"
              class="link"
              title="Take notice of labels, tags and images that have changed"
              onClick={() => {
                setOpen(false);
                act('refresh');
              }}
            >
              Refresh
            </button>
            <button
              type="button"
              class="link"
              title="Choose another implementation of UMAP"
              onClick={() => {
                setOpen(false);
                act('openSettings');
              }}
            >
              Settings
            </button>
          </div>
        </Popover>
      )}
    </div>
  );
}

const subjects = [
  { of: 'images', name: 'Images', title: 'Images that look alike lie together' },
  {
    of: 'captions',
    name: 'Captions',
    title: 'Images that are described alike lie together; a caption is read once, by the encoder of captions',
  },
] as const;

/** What the map is of. */
export function Subjects({ shown }: { readonly shown: EmbeddingMapState }): VNode {
  return (
    <div class="segments words" role="radiogroup" aria-label="Map of">
      {subjects.map(({ of, name, title }) => (
        <button
          key={of}
          type="button"
          role="radio"
          aria-checked={shown.of === of}
          title={title}
          onClick={() => void change({ of })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** Which of the two maps. */
export function Methods({ shown }: { readonly shown: EmbeddingMapState }): VNode {
  const { method: current } = shown.settings;
  return (
    <div class="segments words" role="radiogroup" aria-label="Method">
      {methods.map(({ method, name, title }) => (
        <button
          key={method}
          type="button"
          role="radio"
          aria-checked={current === method}
          title={title}
          onClick={() => void change({ settings: { method } })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

interface SettingProps {
  readonly name: string;
  readonly hint: string;
  readonly value: number;
  readonly most: number;
  readonly step: number;
  readonly text: (value: number) => string;
  readonly onChange: (value: number) => Partial<MapSettings>;
}

/** A slider that takes effect when it is let go: a map takes seconds to lay out. */
function Setting({ name, hint, value, most, step, text, onChange }: SettingProps): VNode {
  const [shown, setShown] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setShown(value);
  }, [value]);
  return (
    <label class="setting">
      <span>
        {name} <b>{text(shown)}</b>
      </span>
      <input
        ref={input}
        type="range"
        min={0}
        max={most}
        step={step}
        value={shown}
        aria-valuetext={text(shown)}
        onInput={({ currentTarget }) => {
          setShown(Number(currentTarget.value));
        }}
        onChange={({ currentTarget }) => void change({ settings: onChange(Number(currentTarget.value)) })}
      />
      <span class="hint">{hint}</span>
    </label>
  );
}

function nearestStep(neighbors: number): number {
  const distances = steps.map((step) => Math.abs(step - neighbors));
  return distances.indexOf(Math.min(...distances));
}
