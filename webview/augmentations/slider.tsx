import type { VNode } from 'preact';
import { useState } from 'preact/hooks';

interface SliderProps {
  readonly label: string;
  /** For those who don't see what the slider stands beside. */
  readonly description: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly format: (value: number) => string;
  /** Settles when `value` is the new one. */
  readonly onMove: (value: number) => Promise<void>;
}

/** A number between two others. */
export function Slider({ label, description, value, minimum, maximum, step, format, onMove }: SliderProps): VNode {
  // What the hand says comes before what the host has heard of it so far.
  const [moved, setMoved] = useState<number>();
  const shown = moved ?? value;
  const filled = (Math.min(maximum, Math.max(minimum, shown)) - minimum) / (maximum - minimum);
  return (
    <label class="slider" title={description}>
      <span>{label}</span>
      <input
        type="range"
        min={minimum}
        max={maximum}
        step={step}
        value={shown}
        aria-label={description}
        aria-valuetext={format(shown)}
        style={{ '--filled': `${100 * filled}%` }}
        onInput={({ currentTarget }) => {
          const next = Number(currentTarget.value);
          setMoved(next);
          void onMove(next).then(() => {
            setMoved((latest) => (latest === next ? undefined : latest));
          });
        }}
      />
      <output>{format(shown)}</output>
    </label>
  );
}
