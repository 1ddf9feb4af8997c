import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { gridShare } from './ui.ts';

const STEP = 0.04;
const limited = (share: number): number => Math.max(0.15, Math.min(0.6, share));

/** Moves the border between map and pictures, by pointer or by arrows. */
export function Splitter(): VNode {
  const bar = useRef<HTMLDivElement>(null);
  const move = ({ clientX, clientY, buttons }: PointerEvent): void => {
    const parent = bar.current?.parentElement;
    if (!parent || buttons === 0) return;
    const box = parent.getBoundingClientRect();
    const isBelow = getComputedStyle(parent).flexDirection === 'column';
    gridShare.value = limited(isBelow ? (box.bottom - clientY) / box.height : (box.right - clientX) / box.width);
  };
  return (
    <div
      class="splitter"
      ref={bar}
      role="separator"
      tabIndex={0}
      aria-label="Border between map and pictures"
      aria-valuenow={Math.round(100 * gridShare.value)}
      aria-valuemin={15}
      aria-valuemax={60}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={move}
      onKeyDown={(event) => {
        const steps: Readonly<Record<string, number>> = {
          ArrowLeft: STEP,
          ArrowUp: STEP,
          ArrowRight: -STEP,
          ArrowDown: -STEP,
        };
        const step = steps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        gridShare.value = limited(gridShare.value + step);
      }}
    />
  );
}
